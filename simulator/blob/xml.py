"""XML answers."""

from xml.etree.ElementTree import Element, tostring

from simulator.blob.call import Reply


def document(root: Element) -> Reply:
    """200 with this document."""
    body = tostring(root, encoding="utf-8", xml_declaration=True)
    return Reply(status=200, headers={"Content-Type": "application/xml"}, body=body)
