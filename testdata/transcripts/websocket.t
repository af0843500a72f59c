# The client protocol over WebSocket. Raw frames are written with a mask of zeros, so that they can be read.

== the upgrade and its accept key #240
conf:
  websocket { listen: "127.0.0.1:<ws>", no_tls: true }
A: raw ws
A> GET / HTTP/1.1
A> Host: localhost
A> Upgrade: websocket
A> Connection: Upgrade
A> Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==
A> Sec-WebSocket-Version: 13
A> 
A< HTTP/1.1 101 Switching Protocols
A< Upgrade: websocket
A< Connection: Upgrade
A< Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=
A< 
A: skip to "api_lvl":5
A: skip to } \r\n
A: close

== any path but the reserved ones #240~
conf:
  websocket { listen: "127.0.0.1:<ws>", no_tls: true }
A: ws path=/some/where
A: sync

== publish and subscribe #240 #242~
conf:
  websocket { listen: "127.0.0.1:<ws>", no_tls: true }
A: ws
A> SUB foo 1
A> PUB foo 5
A> hello
A< MSG foo 1 5
A< hello
B> PUB foo 3
B> tcp
A< MSG foo 1 3
A< tcp

== several operations in one frame, one operation in several frames #242
conf:
  websocket { listen: "127.0.0.1:<ws>", no_tls: true }
A: ws
A> CONNECT {"verbose":false}
A> SUB foo 1
A> PU\
A: silent 20
A> B foo 4\r\nab\
A: silent 20
A> cd\r\nPI\
A< MSG foo 1 4
A< abcd
A> NG
A< PONG

== a text frame in, binary frames out #242
conf:
  websocket { listen: "127.0.0.1:<ws>", no_tls: true }
A: raw ws
A> GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n
A: skip to } \r\n
A> \x81\x9d\0\0\0\0CONNECT {"verbose":false}\r\nPI\x81\x84\0\0\0\0NG\r\n\
A< \x82\x06PONG
A: close

== a message of fragments, with a ping between them #242 #246~
conf:
  websocket { listen: "127.0.0.1:<ws>", no_tls: true }
A: raw ws
A> GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n
A: skip to } \r\n
A> \x82\x9b\0\0\0\0CONNECT {"verbose":false}\r\n\
A> \x02\x82\0\0\0\0PI\
A> \x89\x83\0\0\0\0hey\
A< \x8a\x03hey\
A> \x80\x84\0\0\0\0NG\r\n\
A< \x82\x06PONG
A: close

== an unmasked frame is refused #243 @error
conf:
  websocket { listen: "127.0.0.1:<ws>", no_tls: true }
A: raw ws
A> GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n
A: skip to } \r\n
A> \x82\x06PING\r\n\
A: gone

== close is echoed with its code #246 @error
conf:
  websocket { listen: "127.0.0.1:<ws>", no_tls: true }
A: raw ws
A> GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n
A: skip to } \r\n
A> \x88\x82\0\0\0\0\x03\xe8\
A< \x88\x02\x03\xe8\
A: closed

== no upgrade, no WebSocket #240 @error
conf:
  websocket { listen: "127.0.0.1:<ws>", no_tls: true }
A: raw ws
A> GET / HTTP/1.1
A> Host: localhost
A> 
A< HTTP/1.1 400 Bad Request
A: skip to Bad Request\n
A: close

== another version than 13 #240 @error
conf:
  websocket { listen: "127.0.0.1:<ws>", no_tls: true }
A: raw ws
A> GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 12\r\n
A< HTTP/1.1 400 Bad Request
A: skip to Bad Request\n
A: close

== no key #240 @error
conf:
  websocket { listen: "127.0.0.1:<ws>", no_tls: true }
A: raw ws
A> GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n
A< HTTP/1.1 400 Bad Request
A: skip to Bad Request\n
A: close

== POST is no way to upgrade #240 @error
conf:
  websocket { listen: "127.0.0.1:<ws>", no_tls: true }
A: raw ws
A> POST / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\nContent-Length: 0\r\n
A< HTTP/1.1 405 Method Not Allowed
A: close

== TLS is needed unless no_tls says otherwise #241 @error
no server
file: x.conf
  listen: "127.0.0.1:<port>"
  websocket { listen: "127.0.0.1:<ws>" }
run -c <dir>/x.conf
  exit 1
  says websocket requires TLS configuration

== no_tls is warned of #241
conf:
  websocket { listen: "127.0.0.1:<ws>", no_tls: true }
log [WRN] Websocket not configured with TLS. DO NOT USE IN PRODUCTION!

== with TLS #241 #240~
conf:
  websocket { listen: "127.0.0.1:<wss>", tls { cert_file: "<certs>/server.pem", key_file: "<certs>/server.key" } }
A: ws tls
A> SUB foo 1
A> PUB foo 0
A> 
A< MSG foo 1 0
A< 

== another origin is refused #247 @error
conf:
  websocket { listen: "127.0.0.1:<ws>", no_tls: true, same_origin: true }
A: ws header=Origin:http://elsewhere.test fails
B: ws header=Origin:http://localhost
B: sync

== a list of origins #247 @error
conf:
  websocket { listen: "127.0.0.1:<ws>", no_tls: true, allowed_origins: ["https://app.example.test"] }
A: ws header=Origin:https://app.example.test
A: sync
B: ws header=Origin:https://evil.example.test fails
C: raw ws
C> GET / HTTP/1.1\r\nHost: localhost\r\nOrigin: http://app.example.test\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n
C< HTTP/1.1 403 Forbidden
C: close

== user and password from cookies #248
conf:
  websocket { listen: "127.0.0.1:<ws>", no_tls: true, user_cookie: u, pass_cookie: p }
  authorization { users = [ {user: derek, password: porkchop} ] }
A: ws header=Cookie:u=derek;p=porkchop
A> CONNECT {"verbose":false}
A: sync

== a token from a cookie #248 @error
conf:
  websocket { listen: "127.0.0.1:<ws>", no_tls: true, token_cookie: t }
  authorization { token: s3cret }
A: ws header=Cookie:t=s3cret
A> CONNECT {"verbose":false}
A: sync
B: ws header=Cookie:t=wrong
B> CONNECT {"verbose":false}
B< -ERR 'Authorization Violation'
B: closed

== further headers of the answer #249
conf:
  websocket { listen: "127.0.0.1:<ws>", no_tls: true, headers { X-Header: "some-value" } }
A: raw ws
A> GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n
A: skip to X-Header: some-value\r\n
A: close

== a handshake that never comes #250 @error
conf:
  websocket { listen: "127.0.0.1:<ws>", no_tls: true, handshake_timeout: "200ms" }
A: raw ws
A: closed

== the type of the connection in /connz #242~
conf:
  websocket { listen: "127.0.0.1:<ws>", no_tls: true }
A: ws
A: sync
http /connz 200 {"connections":[{"kind":"Client","type":"websocket"}]}

== X-Forwarded-For #237
conf:
  debug: true
  websocket { listen: "127.0.0.1:<ws>", no_tls: true }
A: ws header=X-Forwarded-For:1.2.3.4
A: sync
log 1.2.3.4/127.0.0.1:<number> - wid:<number>

== authorization of its own #252 @error
conf:
  websocket { listen: "127.0.0.1:<ws>", no_tls: true, authorization { user: web, password: w } }
A: ws
A> CONNECT {"verbose":false,"user":"web","pass":"w"}
A: sync
B> CONNECT {"verbose":false}
B: sync
C: ws
C> CONNECT {"verbose":false}
C< -ERR 'Authorization Violation'
C: closed

== connection types: WebSocket only #190 #242~
conf:
  websocket { listen: "127.0.0.1:<ws>", no_tls: true }
  authorization { users = [ {user: u, password: p, allowed_connection_types: ["WEBSOCKET"]} ] }
A: ws
A> CONNECT {"verbose":false,"user":"u","pass":"p"}
A: sync

== a payload over the limit #88 #246~ @error
conf:
  max_payload: 10
  websocket { listen: "127.0.0.1:<ws>", no_tls: true }
A: ws
A> PUB foo 11
A< -ERR 'Maximum Payload Violation'
A: closed

== websocket in /varz #478~
conf:
  websocket { listen: "127.0.0.1:<ws>", no_tls: true, same_origin: true }
http /varz 200 {"websocket":{"host":"127.0.0.1","port":"<ws>","no_tls":true,"same_origin":true}}

== a ping interval of its own #253
conf:
  ping_interval: "1m"
  websocket { listen: "127.0.0.1:<ws>", no_tls: true, ping_interval: "100ms" }
A: ws
A> CONNECT {"verbose":false}
A> PING
A< PONG
A< PING
A> PONG
A< PING
A> PONG

== a time of its own to authenticate #252~ @error
conf:
  authorization { user: derek, password: p, timeout: 60 }
  websocket { listen: "127.0.0.1:<ws>", no_tls: true, authorization { timeout: 0.2 } }
A: ws
A< -ERR 'Authentication Timeout'
A: closed
