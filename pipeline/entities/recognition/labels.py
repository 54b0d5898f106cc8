"""The labels of all usual annotation schemes, in the four that mentions carry."""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.messages.articles import Label

# Sources: OntoNotes 5, CoNLL-2003, WikiNER, NKJP, RONEC, NorNE, SUC 3, DaNE, KLUE, GSD-Japanese (ENE), AnCora, UNER.
# Quantities, dates and other scheme members that name nothing are left out on purpose.
_NAMES: Mapping[Label, str] = {
    "PER": "PER PERSON PERSNAME PS PRS PEOPLE INDIVIDUAL",
    "ORG": "ORG ORGANIZATION ORGANISATION ORGNAME OG INST COMPANY CORPORATION INSTITUTION NEWSPAPER GOVERNMENT "
    "POLITICAL_PARTY GROUP_ORG GPE_ORG",
    "LOC": "LOC LOCATION GPE GPE_LOC FAC FACILITY GEO PLACENAME GEOGNAME PLACE LC CITY COUNTRY STATE "
    "REGION NAT_REL_LOC",
    "MISC": "MISC NORP NAT_REL_POL NAT_REL NATIONALITY EVENT EVN WORK_OF_ART WRK WORK PRODUCT PROD OBJ LAW LANGUAGE "
    "LAN DRV DERIV_LOC DERIV_PER MOVEMENT",
}
_BY_NAME: Mapping[str, Label] = {name: label for label, names in _NAMES.items() for name in names.split()}


def label_of(scheme_label: str) -> Label | None:
    """The label for one of a model's own, whatever its case and separators; None for dates, money and the like."""
    name = scheme_label.upper().replace("-", "_")
    return _BY_NAME.get(name.removeprefix("B_").removeprefix("I_"))
