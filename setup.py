"""Tandem's packages, data files, console script and dependencies.

Two stacks share this code base, chosen by the Python version (README, "Which Python"):
Python 3.10 runs TFX 1.16 on any current Linux; Python 3.11 to 3.13 run TFX 1.21, whose wheels need glibc 2.39.
Ranges stand here; the exact versions that the tests run with stand in ``constraints/``.
"""

from pathlib import Path

from setuptools import find_packages, setup

ROOMS = ("components", "models", "schemas", "serving", "tfx_pipeline")
STACK_3_10 = 'python_version < "3.11"'
STACK_3_11 = 'python_version >= "3.11"'


def shared_files(*folders: str) -> list[tuple[str, list[str]]]:
    """Lists what is installed below ``<prefix>/share/tandem``, a folder at a time."""
    return [
        (f"share/tandem/{folder}", [str(path) for path in sorted(Path(folder).iterdir()) if path.is_file()])
        for folder in folders
        if Path(folder).is_dir()
    ]


setup(
    name="tandem-recommender",
    version="0.2.0",
    description="One recommender for platforms that have both a search box and a feed: UniSAR and UnifiedSSR on TFX",
    long_description=Path("README.md").read_text(encoding="utf-8") if Path("README.md").exists() else "",
    long_description_content_type="text/markdown",
    license="Apache-2.0",
    python_requires=">=3.10,<3.14",
    packages=find_packages(include=[pattern for room in ROOMS for pattern in (room, f"{room}.*")]),
    package_data={
        "": ["*.pbtxt", "*.md", "py.typed"],
        "serving.deploy": ["*.config"],
        "tfx_pipeline.report_page": ["*.css"],
        "serving.explore": ["page/*", "page/*/*"],
    },
    data_files=shared_files("configs", "configs/experiments", "configs/papers", "data/online_retail", "examples"),
    entry_points={
        "console_scripts": [
            "tandem = tfx_pipeline.cli.main:main",
            "tandem-beam-worker = tfx_pipeline.engines.beam_worker:main",
        ]
    },
    install_requires=[
        f"tfx==1.16.0; {STACK_3_10}",
        f"tfx==1.21.0; {STACK_3_11}",
        f"tensorflow>=2.16,<2.17; {STACK_3_10}",
        f"tensorflow>=2.21,<2.22; {STACK_3_11}",
        "keras>=3.12",
        # 2.74 no longer brings dill, without which TFX 1.16 does not import.
        f"apache-beam[gcp]==2.59.0; {STACK_3_10}",
        f"apache-beam[gcp]>=2.73; {STACK_3_11}",
        # TensorFlow 2.21 no longer brings it; the training's callback and `tandem tensorboard` need it.
        "tensorboard>=2.16",
        "tensorflow-recommenders>=0.7.3",
        "tensorflow-serving-api>=2.16",
        # Unicode's normal forms in the exported graph. TF Serving's own binary has these operations.
        f"tensorflow-text>=2.16,<2.17; {STACK_3_10}",
        # 2.21.0 lacks a symbol, and cannot be imported.
        f"tensorflow-text>=2.21.1,<2.22; {STACK_3_11}",
        f"kfp>=2.5,<2.8; {STACK_3_10}",
        f"kfp>=2.6,<2.17; {STACK_3_11}",
        # TFX and TFMA still import pkg_resources, which later releases drop.
        "setuptools<81",
        "anyio>=4",
        "charset-normalizer>=3",
        "fastavro>=1.4",
        "grpcio>=1.60",
        # TFX's Tuner brings it; its Bayesian search needs scikit-learn.
        "keras-tuner>=1.4.7",
        "httpx>=0.27",
        "numpy>=1.26",
        "pandas>=1.5",
        "pyarrow>=10",
        "pyyaml>=6",
        "regex>=2024.4",
        "rich>=13",
        "scikit-learn>=1.3",
        "scipy>=1.11",
        "sentencepiece>=0.2",
        "shtab>=1.13",
        "starlette>=0.37",
        "tzdata",
        "uvicorn>=0.30",
        "zstandard>=0.22",
    ],
    extras_require={
        # The last one knows the fields of Kubernetes' objects by release (Apache licence, 11 MB).
        "test": [
            "pytest>=8",
            "pytest-timeout>=2.3",
            "hypothesis>=6.100",
            "markdown-it-py>=3",
            "kubernetes-validate>=1.34",
        ],
        "dev": ["build>=1.2", "mypy>=1.10", "ruff>=0.6", "types-PyYAML", "wheel"],
        # Reads the papers' own checkpoints (.pt); the .npz form needs nothing.
        "torch": ["torch>=2.0"],
        # `tandem vectors --faiss` (MIT licence, 19 MB).
        "faiss": ["faiss-cpu>=1.8"],
        # Approximate retrieval (export.retrieval_index: scann); each release fits one release of TensorFlow.
        "scann": [f"scann>=1.3.1,<1.3.3; {STACK_3_10}"],
    },
)
