"""Runs a module as a container of the stand-in for a cluster does, with the launcher's folders on the container's disk.

python -m tests.support.container_process DISK MODULE ARGUMENT...
"""

import runpy
import sys


def main() -> None:
    """Runs the module."""
    _, disk, module, *arguments = sys.argv
    from tfx_pipeline.kubeflow import launcher_folders

    for store, folder in launcher_folders.FOLDERS.items():
        launcher_folders.FOLDERS[store] = f"{disk}{folder}"
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
