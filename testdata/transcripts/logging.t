# The log.

== the layout of a line #554 #556
A: sync
log [<pid>] <number>/<number>/<number> <number>:<number>:<number> [INF] Server is ready

== no colours outside of a terminal #555
A: sync
no log \x1b[

== the client's prefix before and after its login #557 @error
conf:
  debug: true
  authorization { users = [ {user: derek, password: p} ] }
A> CONNECT {"verbose":false,"user":"derek","pass":"p"}
A> PUB x
A: closed
log [DBG] 127.0.0.1:<number> - cid:<cid:number> - Client connection created
log [ERR] 127.0.0.1:<number> - cid:<cid> - <any>"$G/user:derek" - processPub Parse Error: "x"

== anonymous clients have a short prefix #557~ @error
A> PUB x
A: closed
log [ERR] 127.0.0.1:<number> - cid:<number> - processPub Parse Error: "x"

== trace: what comes and what goes #558~
args: -V
A> SUB foo 1
A> PUB foo 5
A> hello
A> PING
A> UNSUB 1
A< MSG foo 1 5
A< hello
A< PONG
log [TRC] 127.0.0.1:<number> - cid:<number> - <any>\<\<- [CONNECT {"verbose":false}]
log \<\<- [SUB foo 1]
log \<\<- [PUB foo 5]
log \<\<- MSG_PAYLOAD: ["hello"]
log ->> [MSG foo 1 5]
log \<\<- [PING]
log ->> [PONG]
log \<\<- [UNSUB 1]

== trace: errors and OK #558~ @error
args: -V
A> CONNECT {"verbose":true}
A< +OK
A> FOO
A< -ERR 'Unknown Protocol Operation'
A: closed
log ->> [OK]
log ->> [-ERR Unknown Protocol Operation]

== trace: passwords and tokens are hidden #558
args: -V
conf:
  authorization { users = [ {user: derek, password: porkchop} ] }
A> CONNECT {"verbose":false,"user":"derek","pass":"porkchop"}
A: sync
log \<\<- [CONNECT {"verbose":false,"user":"derek","pass":"[REDACTED]"}]
no log porkchop

== trace: a long payload is cut #558~
conf:
  trace: true
  max_traced_msg_len: 4
A> PUB foo 10
A> 0123456789
A: sync
log MSG_PAYLOAD: ["0123..."]

== lines that tools wait for #559
A: sync
log Starting nats-server
log Version:  2.15.1
log Name: <any>N
log ID: <any>N
log Listening for client connections on 127.0.0.1:<port>
log Server is ready

== the configuration file and its digest are logged #559~ #524~
log Using configuration file: <dir>/server.conf (sha256:<word>)

== a log file rotates by size #561
conf:
  log_file: "<dir>/server.log"
  log_size_limit: 2000
  debug: true
  trace: true
A> <repeat 40 PUB foo 5\r\nhello\r\n>PING
A< PONG
contents <dir>/server.log Rotated log, backup saved as "<dir>/server.log.<number>.<number>

== the log file is for its owner and group #565
conf:
  log_file: "<dir>/server.log"
contents <dir>/server.log Server is ready

== connections are told of at debug level #566
args: -D
A: sync
A: close
log [DBG] 127.0.0.1:<number> - cid:<cid:number> - Client connection created
log [DBG] 127.0.0.1:<number> - cid:<cid> - <any>Client connection closed: Client Closed

== without debug they aren't #566
A: sync
A: close
http /varz 200 {"total_connections":1,"connections":0}
no log Client connection

== logtime false #545~ #554
conf:
  logtime: false
log [<pid>] [INF] Server is ready

== logtime_utc #545~
conf:
  logtime_utc: true
log <number>/<number>/<number> <number>:<number>:<number><any>[INF] Server is ready

== a directive without effect is named #559~
only ours: the reference follows them
conf:
  syslog: false
  websocket { port: -1, no_tls: true, compression: true }
A: sync
log [WRN] a directive has no effect directive=websocket.compression why="compression is never offered"
no log directive=syslog
