"""What serving/deploy/kubernetes says of the servers agrees with the server's own settings and with itself.

Each law holds for the files as they stand, for each overlay as kustomize renders it, and for the chart.
"""

import re

import pytest
import yaml

from serving.local_server.models.served_models import read_model_config, served_models
from serving.local_server.server_config import ServerConfig
from serving.local_server.wire.text_configs import read_metrics_path
from tests.support.kubernetes_objects import (
    BASE,
    CHART,
    KSERVE,
    KUBERNETES,
    OVERLAYS,
    as_written,
    charted,
    container_of,
    helm,
    kustomized,
    options_of,
    pod_of,
    the,
)
from tests.support.local_servers import rest_client
from tfx_pipeline.config.pipeline_config import PipelineConfig

pytestmark = pytest.mark.skipif(not KUBERNETES.is_dir(), reason="a wheel has no manifests")

DEFAULTS = ServerConfig()
OLDEST_CLUSTER, NEWEST_CLUSTER = "1.27", "1.34"
LOCAL_SERVER = ("server=tandem",)
ALL_ELSE = (
    "models={shop,shop-search}",
    "volume.folder=runs/shop/pushed",
    "volume.storageClassName=nfs",
    "autoscaling.enabled=false",
    "imagePullSecrets={first,second}",
    "nodeSelector.pool=cpu",
    "tolerations[0].key=dedicated",
    "extraArgs={--enable_batching=true}",
    "networkPolicy.monitoringNamespace=",
)
LEAST = ("volume.create=false", "disruptionBudget=false", "networkPolicy.enabled=false")
WAYS = {
    "as written": lambda: as_written(BASE),
    "base": lambda: kustomized(BASE),
    **{path.name: lambda path=path: kustomized(path) for path in OVERLAYS},
    "chart": charted,
    "chart, local server": lambda: charted(*LOCAL_SERVER),
    "chart, all else": lambda: charted(*ALL_ELSE),
    "chart, least": lambda: charted(*LEAST, release="other"),
}


@pytest.fixture(params=WAYS)
def objects(request):
    return WAYS[request.param]()


@pytest.fixture(params=[*WAYS, "kserve"])
def all_containers(request):
    """The containers of any way, each with the settings of its pod."""
    if request.param == "kserve":
        runtime = the(as_written(KSERVE), "ServingRuntime")["spec"]
        return [(container, {}, runtime) for container in runtime["containers"]]
    pod = pod_of(WAYS[request.param]())["spec"]
    return [(container, pod["securityContext"], pod) for container in pod["containers"]]


@pytest.mark.parametrize("cluster", [OLDEST_CLUSTER, NEWEST_CLUSTER])
def test_kubernetes_knows_every_field(objects, cluster):
    kubernetes_validate = pytest.importorskip("kubernetes_validate")
    for each in objects:
        kubernetes_validate.validate(each, cluster, strict=True)


def test_kubernetes_knows_every_field_of_what_kserve_starts():
    """KServe's own kinds have no schema here; a runtime's containers and volumes are a pod's."""
    kubernetes_validate = pytest.importorskip("kubernetes_validate")
    runtime = the(as_written(KSERVE), "ServingRuntime")["spec"]
    pod = {name: runtime[name] for name in ("containers", "volumes")}
    kubernetes_validate.validate(
        {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "pod"}, "spec": pod}, OLDEST_CLUSTER, strict=True
    )


def test_ports_are_those_of_the_servers_defaults(objects):
    container = container_of(objects)
    options = options_of(container)
    assert (int(options["port"]), int(options["rest_api_port"])) == (DEFAULTS.port, DEFAULTS.rest_api_port)
    ports = {port["name"]: port["containerPort"] for port in container["ports"]}
    assert ports == {"grpc": DEFAULTS.port, "rest": DEFAULTS.rest_api_port}
    service = {
        port["name"]: (port["port"], ports[port["targetPort"]]) for port in the(objects, "Service")["spec"]["ports"]
    }
    assert service == {name: (port, port) for name, port in ports.items()}
    assert container["livenessProbe"]["grpc"]["port"] == ports["grpc"]
    assert {container[probe]["httpGet"]["port"] for probe in ("startupProbe", "readinessProbe")} == {"rest"}
    annotations = pod_of(objects)["metadata"]["annotations"]
    assert int(annotations["prometheus.io/port"]) == ports["rest"]


def test_every_option_is_one_of_the_server(all_containers):
    for container, _, _ in all_containers:
        options = options_of(container)
        assert set(options) <= set(vars(DEFAULTS)), "no such option"
        if container["command"] == ["tensorflow_model_server"]:
            # What a server of ours has beside TF Serving's options; TF Serving would not start with them.
            assert not set(options) & {"host", "drain_seconds", "warm_up_behind", "access_log"}
        else:
            assert container["command"] == ["tandem", "serve"]
            assert options["host"] == "0.0.0.0", "a container's server that listens on 127.0.0.1 is not reached"
            assert options["warm_up_behind"] == "false", "a pod would be ready while its first answers take seconds"
        # The probe that asks for gRPC's health service needs it.
        assert options["enable_grpc_healthcheck_service"] == "true"


def test_the_files_that_options_name_are_in_the_config_map(objects):
    config, spec, container = the(objects, "ConfigMap"), pod_of(objects)["spec"], container_of(objects)
    (volume,) = [each for each in spec["volumes"] if "configMap" in each]
    assert volume["configMap"]["name"] == config["metadata"]["name"]
    (mount,) = [each for each in container["volumeMounts"] if each["name"] == volume["name"]]
    files = {name: path for name, path in options_of(container).items() if name.endswith("_file")}
    assert set(files) == {"model_config_file", "monitoring_config_file"}
    assert set(files.values()) == {f"{mount['mountPath']}/{name}" for name in config["data"]}


def test_models_are_where_a_pipeline_pushes_them(objects):
    spec, container = pod_of(objects)["spec"], container_of(objects)
    models = served_models(read_model_config(the(objects, "ConfigMap")["data"]["models.config"]))
    (volume,) = [each for each in spec["volumes"] if "persistentVolumeClaim" in each]
    (mount,) = [each for each in container["volumeMounts"] if each["name"] == volume["name"]]
    for model in models:
        folder, _, name = model.base_path.rpartition("/")
        assert (folder, name) == (mount["mountPath"], model.name)
    # `subPath` is a path within the volume, which the pipeline's containers mount at /mnt/tandem.
    first = models[0].name
    pipeline = PipelineConfig(name=first, root=f"/mnt/tandem/runs/{first}")
    assert f"/mnt/tandem/{mount['subPath']}/{first}" == pipeline.pushed_model_dir
    claims = [each["metadata"]["name"] for each in objects if each["kind"] == "PersistentVolumeClaim"]
    assert claims in ([], [volume["persistentVolumeClaim"]["claimName"]])


def test_probes_ask_for_a_model_that_is_served(objects):
    container = container_of(objects)
    models = served_models(read_model_config(the(objects, "ConfigMap")["data"]["models.config"]))
    for probe in ("startupProbe", "readinessProbe"):
        assert container[probe]["httpGet"]["path"] == f"/v1/models/{models[0].name}/metadata"
    # A pod that has no model is not made anew: the next would have none either.
    assert "httpGet" not in container["livenessProbe"]


def test_metrics_are_where_prometheus_is_told(objects):
    path = read_metrics_path(the(objects, "ConfigMap")["data"]["monitoring.config"])
    assert pod_of(objects)["metadata"]["annotations"]["prometheus.io/path"] == path


def test_metrics_are_where_kserve_tells_prometheus():
    objects = as_written(KSERVE)
    config, runtime = the(objects, "ConfigMap"), the(objects, "ServingRuntime")["spec"]
    (container,) = runtime["containers"]
    options = options_of(container)
    assert runtime["annotations"]["prometheus.kserve.io/path"] == read_metrics_path(config["data"]["monitoring.config"])
    assert runtime["annotations"]["prometheus.kserve.io/port"] == options["rest_api_port"]
    (volume,) = [each for each in runtime["volumes"] if "configMap" in each]
    assert volume["configMap"]["name"] == config["metadata"]["name"]
    (mount,) = [each for each in container["volumeMounts"] if each["name"] == volume["name"]]
    assert options["monitoring_config_file"] == f"{mount['mountPath']}/monitoring.config"


def test_no_container_is_root_or_may_become_it(all_containers):
    for container, of_pod, pod in all_containers:
        context = {**of_pod, **container["securityContext"]}
        assert context["runAsNonRoot"] is True
        assert context["runAsUser"] > 0 and context["runAsGroup"] > 0
        assert context["privileged"] is False and context["allowPrivilegeEscalation"] is False
        assert context["readOnlyRootFilesystem"] is True
        assert context["capabilities"] == {"drop": ["ALL"]}
        assert context["seccompProfile"] == {"type": "RuntimeDefault"}
        assert not {"hostNetwork", "hostPID", "hostIPC"} & set(pod)


def test_a_server_writes_nothing_but_scratch(all_containers):
    for container, _, pod in all_containers:
        kinds = {volume["name"]: volume for volume in pod["volumes"]}
        writable = [mount for mount in container["volumeMounts"] if not mount.get("readOnly")]
        assert [mount["mountPath"] for mount in writable] == ["/tmp"]
        assert all("sizeLimit" in kinds[mount["name"]]["emptyDir"] for mount in writable)
        for volume in pod["volumes"]:
            assert "hostPath" not in volume
            assert volume.get("persistentVolumeClaim", {"readOnly": True})["readOnly"] is True


def test_every_container_says_what_it_needs(all_containers):
    for container, _, _ in all_containers:
        resources = container["resources"]
        assert {"cpu", "memory"} <= set(resources["requests"])
        assert "memory" in resources["limits"]


def test_what_selects_pods_selects_the_servers(objects):
    labels = pod_of(objects)["metadata"]["labels"]
    deployment = the(objects, "Deployment")
    selectors = [deployment["spec"]["selector"]["matchLabels"]]
    for each in objects:
        spec = each.get("spec", {})
        if each["kind"] == "Service":
            selectors.append(spec["selector"])
        elif each["kind"] == "PodDisruptionBudget":
            selectors.append(spec["selector"]["matchLabels"])
        elif each["kind"] == "NetworkPolicy":
            selectors.append(spec["podSelector"]["matchLabels"])
        elif each["kind"] == "HorizontalPodAutoscaler":
            target = {name: deployment[name] for name in ("apiVersion", "kind")}
            assert spec["scaleTargetRef"] == {**target, "name": deployment["metadata"]["name"]}
    spread = pod_of(objects)["spec"]["topologySpreadConstraints"]
    selectors += [each["labelSelector"]["matchLabels"] for each in spread]
    assert {each["topologyKey"] for each in spread} == {"kubernetes.io/hostname", "topology.kubernetes.io/zone"}
    assert selectors == [labels] * len(selectors)


def test_one_place_alone_says_how_many_pods_there_are(objects):
    scaled = [each for each in objects if each["kind"] == "HorizontalPodAutoscaler"]
    fixed = the(objects, "Deployment")["spec"].get("replicas")
    assert bool(scaled) != (fixed is not None), "an update would undo what the autoscaler did"
    least = scaled[0]["spec"]["minReplicas"] if scaled else fixed
    if any(each["kind"] == "PodDisruptionBudget" for each in objects):
        assert least > 1, "with one pod, a budget keeps its machine from being emptied"


def test_a_pod_that_ends_has_time_for_the_requests_under_way(objects):
    spec, container = pod_of(objects)["spec"], container_of(objects)
    options = options_of(container)
    ((word, seconds),) = [container["lifecycle"]["preStop"]["exec"]["command"]]
    assert word == "sleep"
    left = spec["terminationGracePeriodSeconds"] - int(seconds)
    if container["command"] == ["tensorflow_model_server"]:
        # It answers until it is killed, so the longest request fits.
        assert left >= DEFAULTS.rest_api_timeout_in_ms / 1000
    else:
        drain = float(options.get("drain_seconds", DEFAULTS.drain_seconds))
        assert DEFAULTS.drain_seconds < drain < left


def test_the_image_is_of_the_pipelines_release_of_tensorflow(all_containers):
    """A SavedModel may hold operations that an older server does not know."""
    constraints = (KUBERNETES.parents[2] / "constraints" / "python3.11.txt").read_text(encoding="utf-8")
    release = re.search(r"^tensorflow==(\d+\.\d+)\.", constraints, re.MULTILINE).group(1)
    for container, _, _ in all_containers:
        if container["command"] == ["tensorflow_model_server"]:
            assert re.fullmatch(rf"tensorflow/serving:{re.escape(release)}\.\d+", container["image"])
        else:
            assert container["image"] == "tandem-server:latest"


def test_the_base_serves_what_docker_serves():
    def without_comments(text):
        return re.sub(r"^#.*\n", "", text, flags=re.MULTILINE)

    for copy in (BASE / "models.config", BASE / "monitoring.config", KSERVE / "monitoring.config"):
        docker = (KUBERNETES.parent / copy.name).read_text(encoding="utf-8")
        assert without_comments(copy.read_text(encoding="utf-8")) == without_comments(docker)


@pytest.mark.parametrize("folder", OVERLAYS, ids=lambda path: path.name)
def test_an_overlay_names_what_the_base_has(folder):
    """Known without kustomize, too."""
    base = as_written(BASE)
    names = {(each["kind"], each["metadata"]["name"]) for each in base}
    overlay = yaml.safe_load((folder / "kustomization.yaml").read_text(encoding="utf-8"))
    assert [(folder / each).resolve() for each in overlay["resources"]] == [BASE]
    for patch in overlay.get("patches", ()):
        target = patch.get("target")
        if not target:
            body = yaml.safe_load(patch["patch"])
            target = {"kind": body["kind"], **body["metadata"]}
        assert (target["kind"], target["name"]) in names
    for image in overlay.get("images", ()):
        assert container_of(base)["image"].split(":")[0] == image["name"]
    for replicas in overlay.get("replicas", ()):
        assert ("Deployment", replicas["name"]) in names
    for generated in overlay.get("configMapGenerator", ()):
        assert generated["behavior"] == "merge"
        assert set(generated["files"]) <= set(the(base, "ConfigMap")["data"])


def test_a_name_of_its_own_is_everywhere():
    shop = yaml.safe_dump_all(kustomized(KUBERNETES / "overlays" / "shop"))
    assert "shop" in shop and "online_retail" not in shop


def plain(objects):
    """Objects by kind, without what tells kustomize's from Helm's: a name's digest, and marks of either."""
    kinds = {}
    for each in objects:
        text = yaml.safe_dump(each)
        text = re.sub(r"(name: tandem-serving)-[0-9a-z]{10}\n", r"\1\n", text)
        each = yaml.safe_load(text)
        for label in ("app.kubernetes.io/managed-by", "helm.sh/chart"):
            each["metadata"]["labels"].pop(label, None)
        each["metadata"].pop("annotations", None)
        if each["kind"] == "Deployment":
            each["spec"]["template"]["metadata"]["annotations"].pop("checksum/config", None)
        if each["kind"] == "ConfigMap":
            each["data"] = {name: re.sub(r"^#.*\n", "", text) for name, text in each["data"].items()}
        kinds[each["kind"]] = each
    assert len(kinds) == len(objects)
    return kinds


def test_the_chart_makes_the_objects_of_the_base():
    assert plain(charted()) == plain(as_written(BASE))


def test_the_chart_with_the_local_server_makes_those_of_its_overlay():
    assert plain(charted(*LOCAL_SERVER)) == plain(kustomized(KUBERNETES / "overlays" / "local-server"))


def test_another_list_of_models_starts_the_pods_anew():
    def digest(*settings):
        return pod_of(charted(*settings))["metadata"]["annotations"]["checksum/config"]

    assert digest() != digest("models={online_retail,shop}")


REFUSED = {"models={}": "models", "models={a/b}": "models", "server=nginx": "server", "volume.folder=/pushed": "folder"}


@pytest.mark.parametrize(("setting", "word"), REFUSED.items())
def test_the_chart_refuses_what_no_server_could_do(setting, word):
    result = helm(setting)
    assert result.returncode != 0 and word in result.stderr


def test_the_chart_refuses_to_serve_nothing():
    result = helm("models=[]", flag="--set-json")
    assert result.returncode != 0 and "models" in result.stderr and "schema" in result.stderr


def test_the_chart_has_the_packages_version():
    setup = (KUBERNETES.parents[2] / "setup.py").read_text(encoding="utf-8")
    version = re.search(r'^    version="([^"]+)"', setup, re.MULTILINE)
    chart = yaml.safe_load((CHART / "Chart.yaml").read_text(encoding="utf-8"))
    assert chart["version"] == chart["appVersion"] == version.group(1)


def test_kserve_starts_the_runtime_on_what_the_pipeline_pushed():
    objects = as_written(KSERVE)
    runtime, service = the(objects, "ServingRuntime"), the(objects, "InferenceService")["spec"]["predictor"]
    assert service["model"]["runtime"] == runtime["metadata"]["name"]
    asked = service["model"]["modelFormat"]
    assert {name: runtime["spec"]["supportedModelFormats"][0][name] for name in asked} == asked
    assert service["model"]["protocolVersion"] in runtime["spec"]["protocolVersions"]
    base = as_written(BASE)
    (volume,) = [each for each in pod_of(base)["spec"]["volumes"] if "persistentVolumeClaim" in each]
    (mount,) = [each for each in container_of(base)["volumeMounts"] if each["name"] == volume["name"]]
    claim = volume["persistentVolumeClaim"]["claimName"]
    assert service["model"]["storageUri"] == f"pvc://{claim}/{mount['subPath']}/online_retail"
    (container,) = runtime["spec"]["containers"]
    assert container["name"] == "kserve-container", "the name by which KServe finds it"
    options = options_of(container)
    assert options["model_base_path"] == "/mnt/models", "where KServe mounts it"
    assert options["model_name"] == "{{.Name}}"
    for probe in ("startupProbe", "readinessProbe"):
        asked = container[probe]["httpGet"]
        assert asked == {"path": "/v1/models/{{.Name}}/metadata", "port": int(options["rest_api_port"])}
    assert container["ports"] == [{"containerPort": int(options["rest_api_port"]), "protocol": "TCP"}]
    assert container["livenessProbe"]["grpc"]["port"] == int(options["port"])


def test_what_the_probes_ask_is_answered_when_a_version_is_there(rank_server, server_without_a_version):
    path = container_of(as_written(BASE))["readinessProbe"]["httpGet"]["path"].replace("online_retail", "shop")
    with rest_client(rank_server) as ready, rest_client(server_without_a_version) as waiting:
        assert (ready.get(path).status_code, waiting.get(path).status_code) == (200, 404)
