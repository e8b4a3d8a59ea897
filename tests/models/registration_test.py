import keras

from models.registration import register


def test_registers_under_our_package():
    @register
    class Something(keras.layers.Layer):
        pass

    assert keras.saving.get_registered_name(Something) == "tandem>Something"
