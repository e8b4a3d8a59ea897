from schemas import signatures


def test_the_inputs_of_rank_are_all_there_and_differ():
    inputs = {value for name, value in vars(signatures).items() if name.startswith("RANK_") and name != "RANK_INPUTS"}
    assert len(inputs) == 7 and {*signatures.RANK_INPUTS, signatures.RANK_TIMESTAMP_MS} == inputs


def test_the_signature_names_of_tf_serving_are_kept():
    assert signatures.SERVING_DEFAULT == "serving_default", "TF Serving calls it where a request names no signature"
