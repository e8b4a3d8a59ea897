import datetime
import random
import zoneinfo

import numpy as np
import pytest
import tensorflow as tf

from tfx_pipeline.transform.local_time import local_ms, offset_table

UTC = datetime.timezone.utc
ZONES = ("Europe/Berlin", "Asia/Kolkata", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca", "UTC")


def shown(milliseconds, zone):
    """What the clock shows, counted as if it were UTC."""
    moment = datetime.datetime(1970, 1, 1, tzinfo=UTC) + datetime.timedelta(milliseconds=milliseconds)
    local = moment.astimezone(zoneinfo.ZoneInfo(zone)).replace(tzinfo=UTC)
    return (local - datetime.datetime(1970, 1, 1, tzinfo=UTC)) // datetime.timedelta(milliseconds=1)


@pytest.mark.parametrize("zone", ZONES)
def test_the_graph_shows_what_zoneinfo_shows(zone):
    last = 2_524_608_000_000  # 1 January 2050.
    moments = [random.Random(3).randrange(last) for _ in range(3000)]
    # Around each change of the clocks, where a table would be wrong by one.
    moments += [start + near for start in offset_table(zone)[0][1:].tolist() if start < last for near in (-1, 0, 1)]
    found = tf.function(lambda moment: local_ms(moment, zone))(tf.constant(moments, tf.int64))
    assert found.numpy().tolist() == [shown(moment, zone) for moment in moments]


def test_the_table_holds_each_change_of_the_clocks():
    starts, offsets = offset_table("Europe/Berlin")
    hours = dict(zip(starts.tolist(), (offsets // 3_600_000).tolist(), strict=True))
    # In 2026 summer time lasts from 29 March to 25 October, each at 1:00 UTC.
    spring, autumn = (
        round(datetime.datetime(2026, *day, 1, tzinfo=UTC).timestamp() * 1000) for day in ((3, 29), (10, 25))
    )
    assert (hours[spring], hours[autumn]) == (2, 1)
    assert (np.diff(starts.astype(float)) > 0).all()
    # Lord Howe's clocks change by half an hour.
    assert {*np.diff(offset_table("Australia/Lord_Howe")[1][-8:]).tolist()} == {1_800_000, -1_800_000}
    assert [each.tolist() for each in offset_table("UTC")] == [[np.iinfo(np.int64).min], [0]]
    with pytest.raises(ValueError, match="'Mars/Olympus' is no time zone"):
        offset_table("Mars/Olympus")


def test_a_saved_graph_knows_the_zone_by_itself(tmp_path):
    class Clock(tf.Module):
        @tf.function(input_signature=[tf.TensorSpec([None], tf.int64)])
        def shown(self, moment):
            return local_ms(moment, "Europe/Berlin")

    tf.saved_model.save(Clock(), str(tmp_path))
    moments = [1_783_294_200_000, 1_767_310_200_000, 0]
    # As TF Serving loads it: a session of its own, without Python behind it.
    with tf.compat.v1.Session(graph=tf.Graph()) as session:
        meta = tf.compat.v1.saved_model.load(session, ["serve"], str(tmp_path))
        signature = meta.signature_def["serving_default"]
        (given,), (out,) = signature.inputs.values(), signature.outputs.values()
        found = session.run(out.name, {given.name: moments}).tolist()
    assert found == [shown(moment, "Europe/Berlin") for moment in moments]
