import numpy as np

from components.synthetic_log.layouts.kuaisar_layout import KuaiSarLayout
from tests.support.small_behaviour import BEHAVIOUR, CATALOGUE


def test_lines_of_behaviour_and_of_items():
    layout = KuaiSarLayout(CATALOGUE)
    assert layout.behaviour_lines(BEHAVIOUR) == {
        # 07:53:20 UTC is 15:53:20 in China. The click is followed by a search of the same topic.
        "rec_inter": (
            "7,2,501.0,1000.0,2023-05-22 15:53:20,1684742000000.0,1,0,0,0,1,1\n"
            "7,6,5.0,1000.0,2023-05-22 15:53:20,1684742000000.0,0,0,0,0,0,0\n"
            "8,10,15509.0,31000.0,2023-05-22 15:56:40,1684742200000.0,1,0,0,0,0,0\n"
        ),
        "src_inter": (
            '7,1,2023-05-22 15:53:20,1684742000500,"[2, 3]",USER_INPUT,5,1,VIDEO\n'
            '7,1,2023-05-22 15:53:20,1684742000500,"[2, 3]",USER_INPUT,8,1,VIDEO\n'
            '7,2,2023-05-22 15:55:00,1684742100000,"[6]",HISTORY,12,0,VIDEO\n'
        ),
        # Levels count actions by powers of two: log2(1 + 2) and log2(1 + 1).
        "user_features": "7,1,1,6,0\n8,0,1,0,1\n",
    }
    assert layout.item_lines(np.array([4, 11]), np.array([[2, 3], [6, 5]])) == (
        '5,"[2, 3]",5,NORMAL,2023-04-05,ShortImport,2,category 2,category 2,2,topic 2,topic 2,'
        "0,empty,empty,0,empty,empty\n"
        '12,"[6, 5]",12,NORMAL,2023-04-12,ShortImport,1,category 1,category 1,3,topic 3,topic 3,'
        "0,empty,empty,0,empty,empty\n"
    )
