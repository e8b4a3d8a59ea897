"""Says in a few words what each component does, for those who wait for it."""

_WORDS = {
    "ItemCatalog": "reads the items",
    "BehaviourExampleGen": "reads the events and makes examples of them",
    "StatisticsGen": "computes statistics of the examples",
    "ImportSchemaGen": "takes the schema",
    "ExampleValidator": "compares the statistics with the schema",
    "DataChecks": "decides whether the data is good enough to train on",
    "Transform": "makes the vocabularies and turns examples into numbers",
    "Tuner": "tries values of the model's settings",
    "WarmStart": "finds the weights that a training starts from",
    "SasrecTrainer": "trains a SASRec that the model has to beat",
    "Trainer": "trains a model and exports it",
    "TrainedModel": "finds a trained model",
    "TrainedTransform": "finds the vocabularies that it was trained with",
    "Indexer": "exports a trained model with the items as they are now",
    "RetrieveThenRank": "puts the retrieving and the ranking model into one",
    "BaselineModel": "takes the model that is to be beaten",
    "Baselines": "compares the model with simple rules",
    "JudgedQueries": "judges what is found for queries made from titles",
    "UserMetrics": "ranks the candidates of each user's examples",
    "CatalogueMetrics": "ranks among all items",
    "Evaluator": "compares the model with the baseline",
    "ServabilityGate": "serves the model on trial",
    "InfraValidator": "serves the model on trial in TF Serving",
    "Pusher": "pushes what is good enough",
}
"""Component to what it does. An id may have a prefix, as `SearchTrainer` has."""


def words_of(component: str) -> str:
    """What a component does; empty if the component is not known."""
    return next((words for name, words in _WORDS.items() if component.endswith(name)), "")
