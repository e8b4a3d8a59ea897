import numpy as np

from models.unifiedssr.reference import unifiedssr_weights
from models.unifiedssr.unifiedssr_model import UnifiedSSR
from schemas.canonical_event import Surface
from tests.support import unisar_batches

SETTINGS = {
    "user_vocab": 5,
    "product_vocab": 7,
    "term_vocab": 9,
    "emb_size": 4,
    "hid_size": None,
    "num_head": 2,
    "enc_num_layer": 2,
    "sub_seq_num": 3,
    "corr_factor": 0.2,
    "train_num_neg": 6,
}
RANDOM = np.random.default_rng(0)


def state_dict(dim=4, hidden=8, layers=2, share=0.25):
    shapes = {"u_embed.lut.weight": (5, dim), "p_embed.lut.weight": (7, dim), "q_t_embed.lut.weight": (11, dim)}
    for layer in range(layers):
        name = f"encoder.layers.{layer}"
        for kind in ("self", "cross"):
            for part in range(4):
                shapes[f"{name}.{kind}_attn.linears.{part}.weight"] = (dim, dim)
                shapes[f"{name}.{kind}_attn.linears.{part}.bias"] = (dim,)
        shapes |= {f"{name}.feed_forward.w_1.weight": (hidden, dim), f"{name}.feed_forward.w_1.bias": (hidden,)}
        shapes |= {f"{name}.feed_forward.w_2.weight": (dim, hidden), f"{name}.feed_forward.w_2.bias": (dim,)}
        for part in range(3):
            shapes |= {f"{name}.sublayer.{part}.norm.{kind}_2": (dim,) for kind in "ab"}
    shapes |= {f"encoder.norm.{kind}_2": (dim,) for kind in "ab"}
    shapes |= {"seq_partition.offset_predictor.weight": (2, dim), "seq_partition.sub_seq_coder.width_bias": ()}
    state = {name: RANDOM.normal(size=shape).astype("float32") for name, shape in shapes.items()}
    return state | {"next_product_search_w": np.float32(share)}


def test_settings_are_translated():
    config, vocabulary = unifiedssr_weights.configuration(SETTINGS)
    assert (config.dim, config.feed_forward_dim, config.num_heads, config.num_layers) == (4, 8, 2, 2)
    assert (config.sessions, config.session_weight, config.negatives) == (3, 0.2, 6)
    assert config.reference_peculiarities
    # The reference's table of words has two rows more than words.
    assert (vocabulary.users, vocabulary.items, vocabulary.words) == (5, 7, 11)
    assert unifiedssr_weights.configuration(SETTINGS | {"hid_size": 5})[0].feed_forward_dim == 5


def test_every_weight_is_taken_over():
    model, state = UnifiedSSR(*unifiedssr_weights.configuration(SETTINGS)), state_dict()
    model.build()
    before = {weight.path: weight.numpy().copy() for weight in model.trainable_weights}
    unifiedssr_weights.load(model, state)
    kept = [weight.path for weight in model.trainable_weights if np.array_equal(before[weight.path], weight.numpy())]
    # The reference has no start: its place is the padding's embedding.
    assert [path.rpartition("/")[-1] for path in kept] == ["start"]
    np.testing.assert_allclose(model.product_share, 0.25, rtol=1e-5)
    fused = model.encoder.blocks[1].self_attention.query_key_value.kernel.numpy()
    np.testing.assert_array_equal(fused[:, 4:8], state["encoder.layers.1.self_attn.linears.1.weight"].T)
    scores = model(unisar_batches.rows(model.vocabulary, Surface.SEARCH))
    assert np.isfinite(scores).all()
