# The grammar of configuration files.

== assignment with colon, equals sign and blank #507
conf:
  max_payload: 1001
  max_control_line = 1002
  max_connections 1003
  authorization { timeout: 3 }
http /varz 200 {"max_payload":1001,"max_control_line":1002,"max_connections":1003,"auth_timeout":3}

== a map needs a blank before its brace #507~ @error
no server
file: x.conf
  authorization{ timeout: 3 }
run -t -c <dir>/x.conf
  exit 1
  says Parse error on line 1: 'Expected a top-level value to end with a new line, comment or EOF, but got '3' instead.'

== semicolons and commas #508
conf:
  max_payload: 1001; max_control_line: 1002
  authorization { user: u, password: p, timeout: 3 }
http /varz 200 {"max_payload":1001,"max_control_line":1002,"auth_timeout":3}

== a whole file in JSON #509
conf:
  {"listen": "127.0.0.1:<port>", "http": "127.0.0.1:<http>", "max_payload": 1001, "authorization": {"users": [{"user": "a", "password": "b"}]}}
http /varz 200 {"max_payload":1001}
A> CONNECT {"verbose":false,"user":"a","pass":"b"}
A: sync

== comments of both kinds #510
conf:
  # one
  max_payload: 1001 # two
  // three
  max_control_line: 1002 // four
http /varz 200 {"max_payload":1001,"max_control_line":1002}

== strings: bare, single and double quoted #511
conf:
  server_name: 'single'
  authorization { users = [ {user: bare, password: "dou\"ble\x41"}, {user: 'raw', password: 'back\slash'} ] }
A> CONNECT {"verbose":false,"user":"bare","pass":"dou\\"bleA"}
A: sync
B> CONNECT {"verbose":false,"user":"raw","pass":"back\\\\slash"}
B: sync

== a block string #512
conf:
  server_metadata {
    text: (
  one
  two
  )
  }
http /varz 200 {"metadata":{"text":"<any>"}}

== sizes with suffixes #513
conf:
  max_payload: 2k
  max_control_line: 1KB
  max_pending: 3MiB
http /varz 200 {"max_payload":2000,"max_control_line":1024,"max_pending":3145728}

== negative numbers and floats #513
conf:
  max_connections: -1
  authorization { user: u, password: p, timeout: 1.5 }
http /varz 200 {"max_connections":-1,"auth_timeout":1.5}

== a date is a value #514
no server
file: x.conf
  server_metadata { a: 2016-05-04T18:53:41Z }
run -t -c <dir>/x.conf
  says <any>

== an address without quotes #515
conf:
  listen: 127.0.0.1:<port>
  http: 127.0.0.1:<http>
http /varz 200 {"host":"127.0.0.1"}

== all words for true and false #516
no server
file: x.conf
  debug: yes
  trace: OFF
  logtime: on
  syslog: No
  no_fast_producer_stall: TRUE
  disable_sublist_cache: False
run -t -c <dir>/x.conf
  exit 0
  says x.conf is valid

== arrays over lines and with commas #517
conf:
  server_tags: [
    "a"
    "b", "c"
    d
  ]
http /varz 200 {"tags":["a","b","c","d"]}

== blanks alone don't separate elements of an array #517 @error
no server
file: x.conf
  server_tags: ["a" "b"]
run -t -c <dir>/x.conf
  exit 1
  says <any>

== variables of the file and of the environment #518
env: MIDGE_SIZE=3k
conf:
  LIMIT = 1234
  max_control_line: $LIMIT
  max_payload: $MIDGE_SIZE
http /varz 200 {"max_payload":3000,"max_control_line":1234}

== variables are looked up in enclosing maps #518
conf:
  authorization {
    PASS = inner
    users = [ {user: u, password: $PASS} ]
  }
A> CONNECT {"verbose":false,"user":"u","pass":"inner"}
A: sync

== an unknown variable #518 @error
no server
file: x.conf
  max_payload: $NOT_THERE_AT_ALL
run -t -c <dir>/x.conf
  exit 1
  says variable reference for 'NOT_THERE_AT_ALL' on line 1 can not be found

== variables that refer to each other #518 @error
no server
file: x.conf
  A: $B
  B: $A
  max_payload: $A
run -t -c <dir>/x.conf
  exit 1
  says <any>

== include, relative to the file #520
file: users.conf
  users = [ {user: a, password: b} ]
file: top.conf
  max_payload: 1001
conf:
  include ./top.conf
  authorization {
    include 'users.conf'
    timeout: 3
  }
http /varz 200 {"max_payload":1001,"auth_timeout":3}
A> CONNECT {"verbose":false,"user":"a","pass":"b"}
A: sync

== include of a file that isn't there #520 @error
no server
file: x.conf
  include ./nowhere.conf
run -t -c <dir>/x.conf
  exit 1
  says error parsing include file './nowhere.conf'

== keys quoted and in any case #521
conf:
  "max_payload": 1001
  MAX_Control_Line: 1002
http /varz 200 {"max_payload":1001,"max_control_line":1002}

== an unknown field with its place #522~ #523 @error
no server
file: x.conf
  port: 4333
    unheard: 1
run -t -c <dir>/x.conf
  exit 1
  says x.conf:2:3: unknown field "unheard"

== several errors at once #522 @error
no server
file: x.conf
  # first line
  one_thing: 1
  max_payload: "abc"
  another_thing { x: 1 }
run -t -c <dir>/x.conf
  exit 1
  says x.conf:2:1: unknown field "one_thing"
  says x.conf:4:1: unknown field "another_thing"

== a wrong type with its place #522 @error
no server
file: x.conf
  # first line
  debug: 17
run -t -c <dir>/x.conf
  exit 1
  says x.conf:2:1: <any>

== an unknown field that is used as a variable is fine #523
conf:
  my_size: 1001
  max_payload: $my_size
http /varz 200 {"max_payload":1001}

== an unknown field within a block #523 @error
no server
file: x.conf
  authorization {
    user: a
    passphrase: b
  }
run -t -c <dir>/x.conf
  exit 1
  says x.conf:3:3: unknown field "passphrase"

== -t prints the digest #524
no server
file: x.conf
  max_payload: 1001
run -t -c <dir>/x.conf
  exit 0
  says nats-server: configuration file <dir>/x.conf is valid (sha256:cc3aa432b649bbd055822d09a71801226743a91a461021589d0317fa92c8b15a)

== a map that isn't closed #522~ @error
no server
file: x.conf
  authorization { user: a
run -t -c <dir>/x.conf
  exit 1
  says <any>

== a file without values is refused #507~ @error
no server
file: x.conf
  # nothing
run -t -c <dir>/x.conf
  exit 1
  says x.conf: config has no values or is empty

== the last of equal keys wins #507~
conf:
  max_payload: 1001
  max_payload: 1002
http /varz 200 {"max_payload":1002}

== a duration as a string, and as a bare word #513~
conf:
  ping_interval: 20s
  write_deadline: "1m30s"
http /varz 200 {"ping_interval":20000000000,"write_deadline":90000000000}

== a duration that isn't one #522~ @error
no server
file: x.conf
  # first line
  ping_interval: "soon"
run -t -c <dir>/x.conf
  exit 1
  says x.conf:2:1: <any>

== columns: on the first line the reference counts from 0 #522~ @error
only reference: columns of the first line
no server
file: x.conf
  nonsense: 1
run -t -c <dir>/x.conf
  exit 1
  says x.conf:1:0: unknown field "nonsense"

== columns: on the first line as on any other #522~ @error
only ours: columns of the first line
no server
file: x.conf
  nonsense: 1
run -t -c <dir>/x.conf
  exit 1
  says x.conf:1:1: unknown field "nonsense"
