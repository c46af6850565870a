"""A program that prints each UDP datagram to a beacon's or mDNS's port that reaches a namespace.

One JSON object a line: family, source, port, hops. It sees frames before any socket does.
"""

import ipaddress
import json
import socket
import struct
import sys

ETH_P_ALL = 3
ETHERNET_BYTES = 14
UDP = 17
PORTS = (7777, 5353)


def heard(frame: bytes) -> dict[str, object] | None:
    """Return what matters of a frame; None when it is nothing of discovery."""
    kind, packet = int.from_bytes(frame[12:14]), frame[ETHERNET_BYTES:]
    if kind == 0x0800 and packet[9] == UDP:
        source, hops, udp = packet[12:16], packet[8], packet[(packet[0] & 0xF) * 4 :]
    elif kind == 0x86DD and packet[6] == UDP:
        source, hops, udp = packet[8:24], packet[7], packet[40:]
    else:
        return None
    (port,) = struct.unpack_from(">H", udp, 2)
    if port not in PORTS:
        return None
    return {"source": str(ipaddress.ip_address(source)), "port": port, "hops": hops}


def main() -> None:
    """Listen on every interface until killed."""
    listener = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
    sys.stdout.write('{"event": "started"}\n')
    sys.stdout.flush()
    while True:
        frame, address = listener.recvfrom(65_535)
        what = heard(frame) if address[2] != socket.PACKET_OUTGOING else None
        if what is not None:
            sys.stdout.write(json.dumps({"event": "heard", **what}) + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
