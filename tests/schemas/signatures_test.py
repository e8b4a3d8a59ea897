from schemas import signatures


def test_the_inputs_of_rank_are_all_there_and_differ():
    prefix = "RANK_"
    names = [value for name, value in vars(signatures).items() if name.startswith(prefix) and name != "RANK_INPUTS"]
    assert sorted([*signatures.RANK_INPUTS, signatures.RANK_TIMESTAMP_MS]) == sorted(names)
    assert len(set(names)) == 7


def test_the_signature_names_of_tf_serving_are_kept():
    assert signatures.SERVING_DEFAULT == "serving_default", "TF Serving calls it where a request names no signature"
