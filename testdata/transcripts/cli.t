# The command line.

== address, port, name, pid file and monitoring #541
no conf
args: --addr 127.0.0.1 --port <port> --name fred --pid <dir>/x.pid --http_port <http>
A: raw
A< INFO ~{"server_name":"fred","host":"127.0.0.1","port":"<port>"}
contents <dir>/x.pid <pid>
http /varz 200 {"server_name":"fred"}
A: close

== the same in short #541
no conf
args: -a 127.0.0.1 -p <port> -n fred -P <dir>/x.pid -m <http>
A: raw
A< INFO ~{"server_name":"fred"}
http /varz 200 {"server_name":"fred"}
A: close

== --net and --server_name #541
no conf
args: --net 127.0.0.1 -p <port> --server_name jim
A: raw
A< INFO ~{"server_name":"jim"}
A: close

== the command line wins over the file #542~
conf:
  server_name: file
  max_payload: 1001
args: -n flag
A: raw
A< INFO ~{"server_name":"flag","max_payload":1001}
A: close

== --config and -t #542
no server
file: x.conf
  max_payload: 1001
run --config <dir>/x.conf -t
  exit 0
  says nats-server: configuration file <dir>/x.conf is valid

== -t without a file #542 @error
no server
run -t
  exit 1
  says nats-server: must specify [-c, --config] option to check configuration file syntax

== a file that isn't there #542 @error
no server
run -c <dir>/nowhere.conf
  exit 1
  says nats-server: open <dir>/nowhere.conf: no such file or directory

== --client_advertise #544
no conf
args: -a 127.0.0.1 -p <port> --client_advertise adv.example.test:7777
A: raw
A< INFO ~{"host":"adv.example.test","port":7777}
A: close

== a log file by -l #545
no conf
args: -a 127.0.0.1 -p <port> -l <dir>/x.log
contents <dir>/x.log Server is ready

== without time stamps: -T=false #545
no conf
args: -a 127.0.0.1 -p <port> -T=false
log [<pid>] [INF] Server is ready

== debug, trace and both #546
no conf
args: -a 127.0.0.1 -p <port> -DV
A: sync
log [DBG] 127.0.0.1:<number> - cid:<number> - Client connection created
log [TRC] 127.0.0.1:<number> - cid:<number> - <any>\<\<- [CONNECT {"verbose":false}]

== --debug alone traces nothing #546
no conf
args: -a 127.0.0.1 -p <port> --debug
A: sync
log [DBG] 127.0.0.1:<number> - cid:<number> - Client connection created
no log [TRC]

== --trace alone is no debug #546
no conf
args: -a 127.0.0.1 -p <port> --trace
A: sync
log [TRC]
no log [DBG]

== -VV and -DVV #546~
no conf
args: -a 127.0.0.1 -p <port> -DVV
A: sync
log [TRC] 127.0.0.1:<number>

== user and password #548 @error
no conf
args: -a 127.0.0.1 -p <port> --user u --pass p
A> CONNECT {"verbose":false,"user":"u","pass":"p"}
A: sync
B> CONNECT {"verbose":false,"user":"u","pass":"x"}
B< -ERR 'Authorization Violation'
B: closed

== a token #548
no conf
args: -a 127.0.0.1 -p <port> --auth t0ken
A> CONNECT {"verbose":false,"auth_token":"t0ken"}
A: sync

== secrets don't stay in the process's arguments #548
no conf
args: -a 127.0.0.1 -p <port> --user u --pass hush-hush
A> CONNECT {"verbose":false,"user":"u","pass":"hush-hush"}
A: sync
contents /proc/<pid>/cmdline <any>

== the version #552
no server
run -v
  exit 0
  says nats-server: v2.15.1
run --version
  exit 0
  says nats-server: v2.15.1
run version
  exit 0
  says nats-server: v2.15.1

== help #552
no server
run -h
  exit 0
  says Usage: nats-server [options]
run --help
  exit 0
  says --config
run help
  exit 0
  says --port

== one dash or two, equals sign or blank #553
no conf
args: -addr=127.0.0.1 --port=<port> -name=dash --http_port <http>
A: raw
A< INFO ~{"server_name":"dash"}
http /varz 200 {"server_name":"dash"}
A: close

== an unknown flag #553 @error
no server
run --dance
  exit 0
  says flag provided but not defined: -dance

== a flag without its value #553 @error
no server
run --port
  exit 0
  says flag needs an argument: -port

== a value that is no number #553 @error
no server
run --port abc
  exit 0
  says invalid value "abc" for flag -port

== a word that means nothing #553 @error
no server
run dance
  exit 1
  says unrecognized command: "dance"

== a boolean with a value #553
no conf
args: -a 127.0.0.1 -p <port> --debug=false -V=false
A: sync
no log [DBG]

== started as nats-server it says nats-server, as midge it says midge #552~
only ours: names in banners
no server
run -v
  exit 0
  says nats-server: v2.15.1
