"""Sends a file as programs in Python do, by tuspy: that many pieces of it, or else all that is left.

tuspy.py ENDPOINT BYTES_IN_A_PIECE FILE URLS [PIECES]
"""

import json
import os
import sys

from tusclient.client import TusClient
from tusclient.storage.filestorage import FileStorage

endpoint, piece, path, urls, *pieces = sys.argv[1:]
uploader = TusClient(endpoint).uploader(
    path,
    chunk_size=int(piece),
    metadata={"filename": os.path.basename(path)},
    upload_checksum=True,
    store_url=True,
    url_storage=FileStorage(urls),
)
begun_at = uploader.offset
if pieces:
    for _ in range(int(pieces[0])):
        uploader.upload_chunk()
else:
    uploader.upload()
image = uploader.request.response_headers.get("pixelsync-image")
print(json.dumps({"from": begun_at, "to": uploader.offset, "url": uploader.url, "image": image}))
