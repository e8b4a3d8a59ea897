"""Saves the suite's models for a server elsewhere: python -m tests.conformance.models FOLDER"""

import pathlib
import sys


def main(arguments: list[str]) -> int:
    """Saves the models and their `models.config`, and prints how to start TF Serving on them."""
    if len(arguments) != 1:
        print("usage: python -m tests.conformance.models FOLDER", file=sys.stderr)
        return 2
    from tests.support.tf_serving_models import save_models

    folder = pathlib.Path(arguments[0]).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "models.config").write_text(save_models(folder), encoding="utf-8")
    print(
        f"Saved the models below {folder}. Mount that folder at the same path, for instance:\n"
        f"docker run --rm -p 127.0.0.1:8500:8500 -p 127.0.0.1:8501:8501 -v {folder}:{folder}:ro tensorflow/serving"
        f" --model_config_file={folder}/models.config --allow_version_labels_for_unavailable_models=true"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
