"""Words that tell the messages of libraries, which no command may print."""

import re

NOISE = re.compile(
    r"absl|onednn|cuda|cpu_feature|FutureWarning|DeprecationWarning|UserWarning|pkg_resources|grappler|PredictCost"
    r"|apache_beam|protobuf|tensorflow/|TF-TRT|computation_placer|^[IWEF]\d{4} |^\d{4}-\d\d-\d\d .*: [IWEF] ",
    re.IGNORECASE | re.MULTILINE,
)
