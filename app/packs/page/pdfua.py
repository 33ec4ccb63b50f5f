"""A PDF that is PDF/A-3a and PDF/UA-1 at once: WeasyPrint 70 writes only one of the two claims."""

from typing import Any

# The identifier of PDF/UA (ISO 14289-1, clause 5), and its description as an extension schema,
# which PDF/A asks of every namespace it does not know (ISO 19005-3, clause 6.6.2.3).
_SCHEMA = "http://www.aiim.org/pdfa/ns/schema#"
_PROPERTY = "http://www.aiim.org/pdfa/ns/property#"
_CLAIM = f"""
<rdf:Description rdf:about="" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/" pdfuaid:part="1"/>
<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
  xmlns:pdfaSchema="{_SCHEMA}" xmlns:pdfaProperty="{_PROPERTY}">
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
<pdfaSchema:schema>PDF/UA identification</pdfaSchema:schema>
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>
<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">
<pdfaProperty:name>part</pdfaProperty:name>
<pdfaProperty:valueType>Integer</pdfaProperty:valueType>
<pdfaProperty:category>internal</pdfaProperty:category>
<pdfaProperty:description>Part of ISO 14289 the file follows</pdfaProperty:description>
</rdf:li></rdf:Seq></pdfaSchema:property>
</rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description>
""".encode()


def claim_pdfua(_document: Any, pdf: Any) -> None:
    """A WeasyPrint finisher: add the PDF/UA-1 claim to the XMP metadata already written."""
    reference = pdf.catalog["Metadata"]
    stream = pdf.objects[int(reference.split()[0])]
    xmp = b"".join(
        part if isinstance(part, bytes) else str(part).encode() for part in stream.stream
    )
    stream.stream = [xmp.replace(b"</rdf:RDF>", _CLAIM + b"</rdf:RDF>", 1)]
