# Reload, signals and the end.

== a reload changes limits #526~
conf:
  max_payload: 1001
  max_control_line: 1024
http /varz 200 {"max_payload":1001}
reload:
  max_payload: 2002
  max_control_line: 2048
http /varz 200 {"max_payload":2002,"max_control_line":2048}

== what can't change refuses the whole reload #526~ #527 @error
conf:
  max_payload: 1001
  max_pending: 1MB
rewrite:
  max_payload: 2002
  max_pending: 2MB
signal HUP
log Failed to reload server configuration: config reload not supported for MaxPending
http /varz 200 {"max_payload":1001,"max_pending":1048576}
A: sync

== a broken file refuses the reload #527 @error
conf:
  max_payload: 1001
rewrite:
  max_payload: 2002
  nonsense: true
signal HUP
log Failed to reload server configuration: <any>unknown field "nonsense"
http /varz 200 {"max_payload":1001}
A: sync

== without a file there is nothing to reload #527~ @error
no conf
args: -a 127.0.0.1 -p <port>
signal HUP
log Failed to reload server configuration
A: sync

== the log of a reload #526~ #559~
conf:
  max_payload: 1001
reload:
  max_payload: 2002
http /varz 200 {"max_payload":2002}
A: sync

== each change has its line #526~
conf:
  max_payload: 1001
rewrite:
  max_payload: 2002
  ping_interval: "1m"
  max_connections: 5
signal HUP
log Reloaded: authorization users
log Reloaded: accounts
log Reloaded server configuration (sha256:<word>

== debug and trace change live #526~
conf:
  debug: false
reload:
  debug: true
  trace: true
A: sync
log [DBG] 127.0.0.1:<number> - cid:<number> - Client connection created
log [TRC] 127.0.0.1:<number> - cid:<number> - <any>[PING]

== flags of the command line win over a reload #526~
conf:
  max_payload: 1001
args: -D
reload:
  max_payload: 1002
  debug: false
A: sync
log [DBG] 127.0.0.1:<number> - cid:<number> - Client connection created

== passwords change: who isn't valid any more is closed #530 #526~ @error
conf:
  authorization { user: u, password: old }
A> CONNECT {"verbose":false,"user":"u","pass":"old"}
A: sync
reload:
  authorization { user: u, password: new }
A: closed
B> CONNECT {"verbose":false,"user":"u","pass":"new"}
B: sync

== a token changes #530 @error
conf:
  authorization { token: old }
A> CONNECT {"verbose":false,"auth_token":"old"}
A: sync
reload:
  authorization { token: new }
A< -ERR 'Authorization Violation'
A: closed

== authorization is turned on: the anonymous go #530 @error
A: sync
reload:
  authorization { user: u, password: p }
A< -ERR 'Authorization Violation'
A: closed

== authorization is turned off: who was logged in goes #530 @error
conf:
  authorization { user: u, password: p }
A> CONNECT {"verbose":false,"user":"u","pass":"p"}
A: sync
reload:
  debug: false
A: closed
B: sync

== a user goes, another stays #530 @error
conf:
  authorization { users = [ {user: a, password: a}, {user: b, password: b} ] }
A> CONNECT {"verbose":false,"user":"a","pass":"a"}
A: sync
B> CONNECT {"verbose":false,"user":"b","pass":"b"}
B: sync
reload:
  authorization { users = [ {user: b, password: b}, {user: c, password: c} ] }
A: closed
B: sync
C> CONNECT {"verbose":false,"user":"c","pass":"c"}
C: sync

== publish permissions change for those who are there #530 @error
conf:
  authorization { users = [ {user: a, password: a, permissions { publish: "x" }} ] }
A> CONNECT {"verbose":false,"user":"a","pass":"a"}
A> PUB x 0
A> 
A: sync
reload:
  authorization { users = [ {user: a, password: a, permissions { publish: "y" }} ] }
A> PUB x 0
A> 
A< -ERR 'Permissions Violation for Publish to "x"'
A> PUB y 0
A> 
A: sync

== an account goes and takes its clients along #530 @error
conf:
  accounts { A { users = [{user: a, password: a}] }, B { users = [{user: b, password: b}] } }
A> CONNECT {"verbose":false,"user":"a","pass":"a"}
A: sync
B> CONNECT {"verbose":false,"user":"b","pass":"b"}
B: sync
reload:
  accounts { B { users = [{user: b, password: b}] } }
A: closed
B: sync

== max_connections lowered: some go #526~ #108 @error
conf:
  max_connections: 10
A: sync
B: sync
reload:
  max_connections: 1
one of A, B< -ERR 'maximum connections exceeded'
http /varz 200 {"connections":1,"max_connections":1}
A: close
B: close

== max_control_line holds for open connections too #526~ #15 @error
A: sync
reload:
  max_control_line: 300
A> SUB <repeat 400 a> 1
A< -ERR 'maximum control line exceeded'
A: closed

== ping_interval and write_deadline #526~
reload:
  ping_interval: "50s"
  ping_max: 7
  write_deadline: "5s"
http /varz 200 {"ping_interval":50000000000,"ping_max":7,"write_deadline":5000000000}

== tags and metadata #526~
conf:
  server_tags: [a]
reload:
  server_tags: [b]
  server_metadata { k: v }
http /varz 200 {"tags":["b"],"metadata":{"k":"v"}}

== the listening port can't change #526~ #527 @error
conf:
  listen: "127.0.0.1:<port>"
rewrite:
  listen: "127.0.0.1:<spare>" # not <port>
signal HUP
log Failed to reload server configuration: config reload not supported for Port
A: sync

== the load time and the digest change #526~
conf:
  max_payload: 1001
http /varz 200 {"config_digest":"<before:word>"}
reload:
  max_payload: 1002
http /varz 200 {"config_digest":"sha256:<word>"}

== INT ends it well #528~ #535~
A: sync
signal INT
A: closed
exits 0

== TERM ends it well #528~ #535~
A: sync
signal TERM
A: closed
exits 0

== the last words #528~ #559~
A: sync
signal TERM
exits 0
log Initiating Shutdown...
log Server Exiting..
A: close

== HUP reloads, USR1 reopens the log #528 #562
conf:
  log_file: "<dir>/server.log"
contents <dir>/server.log Server is ready
signal USR1
contents <dir>/server.log File log re-opened

== a signal by pid from the command line #529~ #543
run --signal reload=<pid>
  exit 0
log Reloaded server configuration

== stop, by pid file #529 #543~
conf:
  pid_file: "<dir>/nats.pid"
contents <dir>/nats.pid <pid>
run -sl quit=<dir>/nats.pid
  exit 0
exits 0

== stop kills #529~
run --signal stop=<pid>
  exit 0
exits 137

== term asks politely #529~
run --signal term=<pid>
  exit 0
exits 0

== ldm by the command line #529~
run -sl=ldm=<pid>
  exit 0
log Entering lame duck mode
exits 0

== an unknown signal #529 @error
no server
run --signal dance=1
  exit 1
  says unknown signal "dance"

== a process that isn't there #529 @error
no server
run --signal reload=4194304
  exit 1
  says <any>

== the pid file holds the pid alone #532
conf:
  pid_file: "<dir>/nats.pid"
contents <dir>/nats.pid <pid>

== the ports file, and its end #533
conf:
  ports_file_dir: "<dir>"
http /varz 200
contents <dir>/nats-server_<pid>.ports "nats://127.0.0.1:<port>"
contents <dir>/nats-server_<pid>.ports "http://127.0.0.1:<http>"
signal TERM
exits 0
contents <dir>/nats-server_<pid>.ports absent

== any port #534
no conf
args: -a 127.0.0.1 -p -1 --ports_file_dir <dir>
log Listening for client connections on 127.0.0.1:<found:number>
contents <dir>/nats-server_<pid>.ports "nats://127.0.0.1:<found>"

== a bad configuration ends with 1 #535 @error
no server
file: x.conf
  # first line
  nonsense: 1
run -c <dir>/x.conf
  exit 1
  says x.conf:2:1: unknown field "nonsense"

== a port that is taken ends with 1 #535 @error
run -a 127.0.0.1 -p <port>
  exit 1
  says address already in use

== the order of the start #536
conf:
  websocket { listen: "127.0.0.1:<ws>", no_tls: true }
http /varz 200
log Starting http monitor on 127.0.0.1:<http>
log Listening for websocket clients on ws://127.0.0.1:<ws>
log Listening for client connections on 127.0.0.1:<port>
log Server is ready
