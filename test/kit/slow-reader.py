"""A WebSocket member with a tiny receive buffer: reads nothing, or a few bytes a second, until told to read on.

Usage: slow-reader.py PORT ROOM BYTES_PER_SECOND. Prints `joined`; after a line on standard input it reads as fast as it can and prints
`close CODE` (1006: the connection ended without a close frame). Now and then it sends a pong, so that it is slow, but not silent. Only
Python's standard library.
"""

import base64
import os
import select
import socket
import struct
import sys
import time


# Final, opcode 10; masked with zeros, without payload.
PONG = bytes([0x8A, 0x80, 0, 0, 0, 0])


def connect(port, room):
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    sock.connect(("127.0.0.1", port))
    key = base64.b64encode(os.urandom(16)).decode()
    sock.sendall(
        f"GET /ws?userId=slow&room={room}&history=0 HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\n"
        f"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n".encode()
    )
    start = b""
    while b"\r\n\r\n" not in start:
        start += sock.recv(1)
    if b" 101 " not in start:
        sys.exit(start.decode())
    return sock


def close_code(sock, start):
    """Reads frames to the end; the code of the close frame, or 1006."""
    buffer, code = start, 1006
    sock.settimeout(20)
    while True:
        while len(buffer) >= 2:
            size, head = buffer[1] & 127, 2
            if size == 126:
                if len(buffer) < 4:
                    break
                size, head = struct.unpack(">H", buffer[2:4])[0], 4
            elif size == 127:
                if len(buffer) < 10:
                    break
                size, head = struct.unpack(">Q", buffer[2:10])[0], 10
            if len(buffer) < head + size:
                break
            if buffer[0] & 15 == 8 and size >= 2:
                code = struct.unpack(">H", buffer[head : head + 2])[0]
            buffer = buffer[head + size :]
        try:
            more = sock.recv(65536)
        except OSError:
            return code
        if not more:
            return code
        buffer += more


def main():
    port, room, rate = int(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    sock = connect(port, room)
    print("joined", flush=True)
    kept, spoke = b"", time.monotonic()
    while not select.select([sys.stdin], [], [], 0)[0]:
        if rate > 0 and select.select([sock], [], [], 0)[0]:
            try:
                piece = sock.recv(rate // 4)
            except OSError:
                break
            if not piece:
                break
            kept += piece
        if time.monotonic() - spoke > 10:
            spoke = time.monotonic()
            try:
                sock.sendall(PONG)
            except OSError:
                break
        time.sleep(0.25)
    print("close", close_code(sock, kept), flush=True)


main()
