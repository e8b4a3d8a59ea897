import pytest

from tfx_pipeline.config.kubeflow_config import ContainerConfig, KubeflowConfig


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"volume_claim": "tandem"}, "belong together"),
        ({"volume_path": "/mnt/tandem"}, "belong together"),
        ({"volume_claim": "a", "volume_path": "mnt"}, "should begin with a slash"),
        ({"volume_claim": "a", "volume_path": "/tmp/"}, "a folder of its own"),
        ({"volume_claim": "a", "volume_path": "/"}, "a folder of its own"),
        ({"retries": -1}, "retries"),
        ({"secret_variables": {"TOKEN": "shop"}}, "TOKEN: 'shop'"),
        ({"secret_variables": {"TOKEN": "shop/"}}, "TOKEN: 'shop/'"),
        ({"secret_variables": {"A TOKEN": "shop/token"}}, "A TOKEN: 'shop/token'"),
    ],
)
def test_settings_that_cannot_work_are_refused(settings, said):
    with pytest.raises(ValueError) as told:
        KubeflowConfig(**settings)
    assert said in str(told.value)


@pytest.mark.parametrize("amount", ["lots", "8 Gi", "8GB", "-1", "1,5"])
def test_an_amount_that_kubernetes_does_not_know_is_refused(amount):
    for name in ("cpu", "memory"):
        with pytest.raises(ValueError, match=f"{name}={amount!r}"):
            ContainerConfig(**{name: amount})


@pytest.mark.parametrize("amount", ["4", "500m", "1.5", "8Gi", "512Mi", ""])
def test_amounts_as_kubernetes_writes_them(amount):
    assert ContainerConfig(cpu=amount, memory=amount).memory == amount
