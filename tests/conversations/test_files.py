"""Files of rooms: a token over SIP, then SOAP over HTTPS."""

import base64
import http.client
import ssl
import xml.etree.ElementTree as ET

import pytest
from client import Client, chatting, command
from node import CELLAR, CLUB, LOBBY, Node, Room

pytestmark = pytest.mark.flags("--files", "127.0.0.1:0")

SERVICE = "{http://www.microsoft.com}"


def token(client: Client, direction: str, room: Room, file: str = "notes.txt") -> tuple[int, str]:
    """The reply's code, and the token if there is one."""
    assert client.info(command(f"get{direction}tok", f'<ftdb channelUri="{room.uri}" fileUrl="{file}"/>')).status == 200
    reply = client.reply("getftok")
    tokens = reply.attributes("token", "token")
    if tokens:
        assert reply.attributes("token", "serveruri")[0].startswith("https://")
    return reply.code, tokens[0] if tokens else ""


def call(node: Node, operation: str, **fields: str | int) -> tuple[int, str]:
    """(200, the result's text), or (the number of the fault, its sentence)."""
    inside = "".join(f"<{name}>{value}</{name}>" for name, value in fields.items())
    body = (
        '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>'
        f'<{operation} xmlns="http://www.microsoft.com">{inside}</{operation}></s:Body></s:Envelope>'
    )
    context = ssl.create_default_context(cafile=node.certificate)
    connection = http.client.HTTPSConnection("127.0.0.1", node.ports["files"], timeout=20, context=context)
    headers = {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": f'"http://www.microsoft.com/{operation}"'}
    connection.request("POST", "/PersistentChat/MGCWebService.asmx", body, headers)
    answer = ET.fromstring(connection.getresponse().read())
    connection.close()
    code = answer.find(".//{urn:poolcast:files}code")
    if code is not None:
        return int(code.text or 0), answer.findtext(".//faultstring", "")
    return 200, answer.findtext(f".//{SERVICE}{operation}Result", "")


def upload(node: Node, client: Client, room: Room, content: bytes, chunk: int) -> str:
    """The stored name."""
    code, upload_token = token(client, "fu", room)
    assert code == 200
    status, name = call(node, "RequestUniqueFilenameWithExtension", token=upload_token, channelId=room.id, extension="txt")
    assert status == 200
    for offset in range(0, len(content), chunk):
        piece = base64.b64encode(content[offset : offset + chunk]).decode()
        status, why = call(
            node,
            "AppendChunk",
            token=upload_token,
            channelId=room.id,
            uniqueFilename=name,
            fileChunk=piece,
            offset=offset,
            fileLength=len(content),
        )
        assert (status, why) == (200, "")
    return name


def test_a_file_goes_from_one_member_to_another(node: Node) -> None:
    ann, bo = chatting(node, "ann", CLUB), chatting(node, "bo", CLUB)
    content = bytes(range(256)) * 1000
    name = upload(node, ann, CLUB, content, 100_000)
    assert ann.say(CLUB, f"ma-filelink: {name}").status == 200
    assert name in (bo.post().findtext("{urn:parlano:xml:ns:xccos}chat") or "")
    code, download_token = token(bo, "fd", CLUB, name)
    assert code == 200
    asked = {"token": download_token, "channelId": CLUB.id, "reposFileName": name}
    assert call(node, "GetFileSize", **asked) == (200, str(len(content)))
    got = b""
    while len(got) < len(content):
        status, piece = call(node, "DownloadChunk", **asked, offset=len(got), bufferSize=100_000)
        assert status == 200
        assert piece
        got += base64.b64decode(piece)
    assert got == content


def test_who_is_not_a_member_gets_no_token(node: Node) -> None:
    cy = chatting(node, "cy", LOBBY)
    assert token(cy, "fu", CLUB)[0] == 403
    assert token(cy, "fd", CLUB)[0] == 403
    assert token(cy, "fd", CELLAR)[0] == 404


def test_a_token_serves_its_room_its_file_and_its_direction_only(node: Node) -> None:
    ann = chatting(node, "ann", CLUB, LOBBY)
    name = upload(node, ann, CLUB, b"hello", 5)
    _, other = token(ann, "fd", LOBBY, name)
    assert call(node, "GetFileSize", token=other, channelId=CLUB.id, reposFileName=name)[0] == 403
    assert call(node, "GetFileSize", token=other, channelId=LOBBY.id, reposFileName=name)[0] == 404
    _, upload_token = token(ann, "fu", CLUB)
    assert call(node, "GetFileSize", token=upload_token, channelId=CLUB.id, reposFileName=name)[0] == 403
    _, path = token(ann, "fd", CLUB, "../../content.sqlite")
    assert call(node, "DownloadChunk", token=path, reposFileName="../../content.sqlite", offset=0, bufferSize=10)[0] == 403
    assert call(node, "GetFileSize", token="00000000-0000-4000-8000-000000000000")[0] == 403
    assert call(node, "GetFileSize", token="not a token")[0] == 403


def test_an_upload_token_is_used_up_by_its_file(node: Node) -> None:
    ann = chatting(node, "ann", CLUB)
    _, upload_token = token(ann, "fu", CLUB)
    _, name = call(node, "RequestUniqueFilenameWithExtension", token=upload_token, channelId=CLUB.id, extension="txt")
    chunk = {"token": upload_token, "uniqueFilename": name, "fileChunk": "aGVsbG8=", "offset": 0, "fileLength": 5}
    assert call(node, "AppendChunk", **chunk)[0] == 200
    assert call(node, "AppendChunk", **chunk)[0] == 403
    assert call(node, "RequestUniqueFilenameWithExtension", token=upload_token, extension="txt")[0] == 403
    assert (node.data / "files" / CLUB.id / name).read_bytes() == b"hello"
