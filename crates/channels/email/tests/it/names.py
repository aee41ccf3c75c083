"""A small DNS server on dnspython, UDP and TCP: `names.py ZONE.json`, prints its port and serves until it is killed.

The zone is a list of [name, type, text as in a master file]; of type FAIL are names that are answered with SERVFAIL.
"""

import json
import socket
import socketserver
import sys
import threading

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset

ZONE = {}
for name, kind, text in json.load(open(sys.argv[1], encoding="utf-8")):
    ZONE.setdefault(dns.name.from_text(name), []).append((kind, text))


def answer(wire, limit):
    query = dns.message.from_wire(wire)
    response = dns.message.make_response(query)
    response.flags |= dns.flags.RA
    question = query.question[0]
    records = ZONE.get(question.name)
    kind = dns.rdatatype.to_text(question.rdtype)
    if records is None:
        response.set_rcode(dns.rcode.NXDOMAIN)
    elif records[0][0] == "FAIL":
        response.set_rcode(dns.rcode.SERVFAIL)
    else:
        texts = [text for of, text in records if of == kind]
        if texts:
            response.answer.append(dns.rrset.from_text_list(question.name, 60, "IN", kind, texts))
    if not response.answer and response.rcode() != dns.rcode.SERVFAIL:
        soa = "ns.invalid. root.invalid. 1 60 60 60 60"
        zone = dns.name.Name(question.name.labels[1:]) if len(question.name) > 1 else question.name
        response.authority.append(dns.rrset.from_text(zone, 60, "IN", "SOA", soa))
    wire = response.to_wire(max_size=65535)
    if len(wire) > limit:
        response.answer.clear()
        response.flags |= dns.flags.TC
        wire = response.to_wire()
    return wire


class Udp(socketserver.BaseRequestHandler):
    def handle(self):
        data, sock = self.request
        sock.sendto(answer(data, 512), self.client_address)


class Tcp(socketserver.StreamRequestHandler):
    def handle(self):
        while head := self.rfile.read(2):
            wire = answer(self.rfile.read(int.from_bytes(head, "big")), 65535)
            self.wfile.write(len(wire).to_bytes(2, "big") + wire)


socketserver.ThreadingTCPServer.request_queue_size = 64
while True:
    tcp = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Tcp)
    port = tcp.server_address[1]
    try:
        udp = socketserver.ThreadingUDPServer(("127.0.0.1", port), Udp)
        break
    except OSError:
        tcp.server_close()
threading.Thread(target=tcp.serve_forever, daemon=True).start()
print(port, flush=True)
udp.serve_forever()
