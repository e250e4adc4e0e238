"""What of ICU's data gets into the bundle: two languages, and all that is about no language."""

from __future__ import annotations

import pytest

from installers.icu import stays


@pytest.mark.parametrize(
    "item",
    [
        *("en.res", "en_US.res", "es.res", "es_419.res", "coll/es.res", "zone/en_GB.res", "lang/es_MX.res"),
        *("root.res", "coll/root.res", "curr/pool.res", "pool.res"),
        *("coll/ucadata.icu", "nfkc.nrm", "zoneinfo64.res", "units.res", "zone/tzdbNames.res", "rfc3491.spp"),
        *("supplementalData.res", "curr/supplementalData.res", "cnvalias.icu", "likelySubtags.res"),
    ],
)
def test_what_is_of_no_other_language_stays(item: str) -> None:
    assert stays(item)


@pytest.mark.parametrize(
    "item",
    [
        *(
            "de.res",
            "zh_Hant_TW.res",
            "est.res",
            "enm.res",
            "coll/zh.res",
            "unit/fil.res",
            "region/yue_Hans.res",
            "coll/de_.res",
        ),
        *("ibm-1390_P110-2003.cnv", "euc-tw-2014.cnv"),
        *("brkitr/cjdict.dict", "brkitr/root.res", "translit/root.res"),
    ],
)
def test_other_languages_and_converters_go(item: str) -> None:
    assert not stays(item)
