//! What the API answers when it can't do what was asked: one table of HTTP-like code, number and text.

use serde::Serialize;
use std::borrow::Cow;

/// An error of the JetStream API, as it stands in an answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ApiError {
    /// Like an HTTP status.
    pub code: u16,
    /// The number that clients look at.
    pub err_code: u16,
    /// The text for people.
    pub description: Cow<'static, str>,
}

impl ApiError {
    /// The same number with another text, for those whose text carries a value.
    #[must_use]
    pub(crate) fn says(&self, description: impl Into<String>) -> Self {
        Self {
            description: Cow::Owned(description.into()),
            ..*self
        }
    }
}

impl std::fmt::Display for ApiError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} ({})", self.description, self.err_code)
    }
}

impl std::error::Error for ApiError {}

macro_rules! errors {
    ($($name:ident $code:literal $number:literal $text:literal;)*) => {
        $(pub(crate) const $name: ApiError = ApiError {
            code: $code,
            err_code: $number,
            description: Cow::Borrowed($text),
        };)*

        #[cfg(test)]
        const ALL: &[&ApiError] = &[$(&$name),*];
    };
}

errors! {
    ACCOUNT_RESOURCES_EXCEEDED 400 10002 "resource limits exceeded for account";
    BAD_REQUEST 400 10003 "bad request";
    CLUSTER_REQUIRED 503 10010 "JetStream clustering support required";
    CONSUMER_CREATE 500 10012 "consumer creation failed";
    CONSUMER_NAME_EXISTS 400 10013 "consumer name already in use";
    CONSUMER_NOT_FOUND 404 10014 "consumer not found";
    CONSUMER_DURABLE_NAME_NOT_MATCH_SUBJECT 400 10017 "consumer name in subject does not match durable name in request";
    CONSUMER_DURABLE_NAME_NOT_SET 400 10018 "consumer expected to be durable but a durable name was not set";
    CONSUMER_EPHEMERAL_WITH_DURABLE_NAME 400 10020 "consumer expected to be ephemeral but a durable name was set in request";
    SNAPSHOT_DELIVER_SUBJECT_INVALID 400 10015 "deliver subject not valid";
    STREAM_EXTERNAL_API_OVERLAP 400 10021 "stream external api prefix must not overlap";
    STREAM_EXTERNAL_DELIVER_OVERLAP 400 10022 "stream external delivery prefix overlaps with stream subject";
    STREAM_INVALID_EXTERNAL_DELIVER 400 10024 "stream external delivery prefix must not contain wildcards";
    MIRROR_MAX_MESSAGE_SIZE_TOO_BIG 400 10030 "stream mirror must have max message size >= source";
    MIRROR_WITH_SOURCES 400 10031 "stream mirrors can not also contain other sources";
    MIRROR_WITH_SUBJECTS 400 10034 "stream mirrors can not contain subjects";
    SOURCE_MAX_MESSAGE_SIZE_TOO_BIG 400 10046 "stream source must have max message size >= target";
    STREAM_CREATE 500 10049 "stream creation failed";
    STREAM_MIRROR_NOT_UPDATABLE 400 10055 "stream mirror configuration can not be updated";
    STREAM_RESTORE 500 10062 "restore failed";
    STREAM_NAME_EXISTS_RESTORE 400 10130 "stream name already in use, cannot restore";
    SOURCE_DUPLICATE_DETECTED 400 10140 "duplicate source configuration detected";
    SOURCE_INVALID_STREAM_NAME 400 10141 "sourced stream name is invalid";
    MIRROR_INVALID_STREAM_NAME 400 10142 "mirrored stream name is invalid";
    MIRROR_WITH_FIRST_SEQ 400 10143 "stream mirrors can not have first sequence configured";
    SOURCE_MULTIPLE_FILTERS 400 10144 "source with multiple subject transforms cannot also have a single subject filter";
    SOURCE_INVALID_SUBJECT_FILTER 400 10145 "source transform source: invalid subject";
    SOURCE_INVALID_TRANSFORM 400 10146 "source transform: invalid destination";
    SOURCE_OVERLAPPING_FILTERS 400 10147 "source filters can not overlap";
    MIRROR_MULTIPLE_FILTERS 400 10150 "mirror with multiple subject transforms cannot also have a single subject filter";
    MIRROR_INVALID_SUBJECT_FILTER 400 10151 "mirror transform source: invalid subject";
    MIRROR_OVERLAPPING_FILTERS 400 10152 "mirror subject filters can not overlap";
    MIRROR_INVALID_TRANSFORM 400 10154 "mirror transform: invalid destination";
    INSUFFICIENT_RESOURCES 503 10023 "insufficient resources";
    INVALID_JSON 400 10025 "invalid JSON";
    MAXIMUM_CONSUMERS 400 10026 "maximum consumers limit reached";
    MAXIMUM_STREAMS 400 10027 "maximum number of streams reached";
    MEMORY_RESOURCES_EXCEEDED 500 10028 "insufficient memory resources available";
    NO_MESSAGE_FOUND 404 10037 "no message found";
    NOT_EMPTY_REQUEST 400 10038 "expected an empty request payload";
    NOT_ENABLED_FOR_ACCOUNT 503 10039 "JetStream not enabled for account";
    SEQUENCE_NOT_FOUND 400 10043 "sequence not found";
    STORAGE_RESOURCES_EXCEEDED 500 10047 "insufficient storage resources available";
    STREAM_INVALID_CONFIG 500 10052 "invalid stream configuration";
    STREAM_MESSAGE_EXCEEDS_MAXIMUM 400 10054 "message size exceeds maximum allowed";
    STREAM_MISMATCH 400 10056 "stream name in subject does not match request";
    STREAM_MSG_DELETE_FAILED 500 10057 "message delete failed";
    STREAM_NAME_EXISTS 400 10058 "stream name already in use with a different configuration";
    STREAM_NOT_FOUND 404 10059 "stream not found";
    STREAM_NOT_MATCH 400 10060 "expected stream does not match";
    STREAM_SUBJECT_OVERLAP 400 10065 "subjects overlap with an existing stream";
    STREAM_UPDATE 500 10069 "update failed";
    STREAM_WRONG_LAST_MSG_ID 400 10070 "wrong last msg ID";
    STREAM_WRONG_LAST_SEQUENCE 400 10071 "wrong last sequence";
    STREAM_REPLICAS_NOT_SUPPORTED 500 10074 "replicas > 1 not supported in non-clustered mode";
    STREAM_STORE_FAILED 503 10077 "store failed";
    CONSUMER_DELIVER_TO_WILDCARDS 400 10079 "consumer deliver subject has wildcards";
    CONSUMER_PUSH_MAX_WAITING 400 10080 "consumer in push mode can not set max waiting";
    CONSUMER_DELIVER_CYCLE 400 10081 "consumer deliver subject forms a cycle";
    CONSUMER_SMALL_HEARTBEAT 400 10083 "consumer idle heartbeat needs to be >= 100ms";
    CONSUMER_PULL_REQUIRES_ACK 400 10084 "consumer in pull mode requires explicit ack policy on workqueue stream";
    CONSUMER_PULL_WITH_RATE_LIMIT 400 10086 "consumer in pull mode can not have rate limit set";
    CONSUMER_HB_REQUIRES_PUSH 400 10088 "consumer idle heartbeat requires a push based consumer";
    CONSUMER_FC_REQUIRES_PUSH 400 10089 "consumer flow control requires a push based consumer";
    CONSUMER_INVALID_POLICY 400 10094 "invalid policy";
    CONSUMER_INVALID_SAMPLING 400 10095 "failed to parse consumer sampling configuration";
    STREAM_HEADER_EXCEEDS_MAXIMUM 400 10097 "header size exceeds maximum allowed of 64k";
    CONSUMER_WQ_REQUIRES_EXPLICIT_ACK 400 10098 "workqueue stream requires explicit ack";
    CONSUMER_WQ_MULTIPLE_UNFILTERED 400 10099 "multiple non-filtered consumers not allowed on workqueue stream";
    CONSUMER_WQ_NOT_UNIQUE 400 10100 "filtered consumer not unique on workqueue stream";
    CONSUMER_WQ_NOT_DELIVER_ALL 400 10101 "consumer must be deliver all on workqueue stream";
    CONSUMER_NAME_TOO_LONG 400 10102 "consumer name is too long, maximum allowed is 255";
    CONSUMER_DESCRIPTION_TOO_LONG 400 10107 "consumer description is too long, maximum allowed is 4096";
    CONSUMER_FC_NEEDS_HEARTBEATS 400 10108 "consumer with flow control also needs heartbeats";
    STREAM_SEALED 400 10109 "invalid operation on sealed stream";
    STREAM_PURGE_FAILED 500 10110 "purge failed";
    STREAM_ROLLUP_FAILED 500 10111 "rollup failed";
    CONSUMER_INVALID_DELIVER_SUBJECT 400 10112 "invalid push consumer deliver subject";
    STREAM_MAX_BYTES_REQUIRED 400 10113 "account requires a stream config to have max bytes set";
    CONSUMER_MAX_REQUEST_EXPIRES_TOO_SMALL 400 10115 "consumer max request expires needs to be >= 1ms";
    CONSUMER_MAX_DELIVER_BACKOFF 400 10116 "max deliver is required to be > length of backoff values";
    CONSUMER_MAX_PENDING_ACK_EXCESS 400 10121 "consumer max ack pending exceeds system limit";
    STREAM_MAX_STREAM_BYTES_EXCEEDED 400 10122 "stream max bytes exceeds account limit max stream bytes";
    CONSUMER_NAME_CONTAINS_PATH_SEPARATORS 400 10127 "Consumer name can not contain path separators";
    STREAM_NAME_CONTAINS_PATH_SEPARATORS 400 10128 "Stream name can not contain path separators";
    CONSUMER_MAX_REQUEST_BATCH_EXCEEDED 400 10125 "consumer max request batch exceeds server limit";
    CONSUMER_CREATE_FILTER_SUBJECT_MISMATCH 400 10131 "Consumer create request did not match filtered subject from create subject";
    REPLICAS_NEGATIVE 400 10133 "replicas count cannot be negative";
    CONSUMER_METADATA_LENGTH 400 10135 "consumer metadata exceeds maximum size of 128KB";
    CONSUMER_DUPLICATE_FILTERS 400 10136 "consumer cannot have both FilterSubject and FilterSubjects specified";
    CONSUMER_MULTIPLE_FILTERS_NOT_ALLOWED 400 10137 "consumer with multiple subject filters cannot use subject based API";
    CONSUMER_OVERLAPPING_FILTERS 400 10138 "consumer subject filters cannot overlap";
    CONSUMER_EMPTY_FILTER 400 10139 "consumer filter in FilterSubjects cannot be empty";
    CONSUMER_ALREADY_EXISTS 400 10148 "consumer already exists";
    CONSUMER_DOES_NOT_EXIST 400 10149 "consumer does not exist";
    CONSUMER_DIRECT_REQUIRES_PUSH 400 10090 "consumer direct requires a push based consumer";
    CONSUMER_DIRECT_REQUIRES_EPHEMERAL 400 10091 "consumer direct requires an ephemeral consumer";
    CONSUMER_INACTIVE_THRESHOLD_EXCESS 400 10153 "consumer inactive threshold exceeds system limit";
    STREAM_TRANSFORM_INVALID_SOURCE 400 10155 "stream transform source invalid";
    STREAM_TRANSFORM_INVALID_DESTINATION 400 10156 "stream transform: invalid destination";
    PEDANTIC 400 10157 "pedantic mode";
    CONSUMER_PRIORITY_POLICY_WITHOUT_GROUP 400 10159 "Setting PriorityPolicy requires at least one PriorityGroup to be set";
    CONSUMER_INVALID_PRIORITY_GROUP 400 10160 "Provided priority group does not exist for this consumer";
    CONSUMER_EMPTY_GROUP_NAME 400 10161 "Group name cannot be an empty string";
    CONSUMER_INVALID_GROUP_NAME 400 10162 "Valid priority group name must match A-Z, a-z, 0-9, -_/=)+ and may not exceed 16 characters";
    MESSAGE_TTL_INVALID 400 10165 "invalid per-message TTL";
    MESSAGE_INCR_DISABLED 400 10168 "message counters is disabled";
    MESSAGE_INCR_MISSING 400 10169 "message counter increment is missing";
    MESSAGE_INCR_PAYLOAD 400 10170 "message counter has payload";
    MESSAGE_INCR_INVALID 400 10171 "message counter increment is invalid";
    MESSAGE_COUNTER_BROKEN 400 10172 "message counter is broken";
    MIRROR_WITH_COUNTERS 400 10173 "stream mirrors can not also calculate counters";
    ATOMIC_PUBLISH_DISABLED 400 10174 "atomic publish is disabled";
    ATOMIC_PUBLISH_MISSING_SEQ 400 10175 "atomic publish sequence is missing";
    ATOMIC_PUBLISH_INCOMPLETE 400 10176 "atomic publish batch is incomplete";
    ATOMIC_PUBLISH_UNSUPPORTED_HEADER 400 10177 "atomic publish unsupported header used";
    ATOMIC_PUBLISH_INVALID_ID 400 10179 "atomic publish batch ID is invalid";
    MIRROR_WITH_ATOMIC_PUBLISH 400 10198 "stream mirrors can not also use atomic publishing";
    ATOMIC_PUBLISH_TOO_LARGE 400 10199 "atomic publish batch is too large";
    ATOMIC_PUBLISH_INVALID_COMMIT 400 10200 "atomic publish batch commit is invalid";
    ATOMIC_PUBLISH_CONTAINS_DUPLICATE 400 10201 "atomic publish batch contains duplicate message id";
    MIRROR_WITH_MSG_SCHEDULES 400 10186 "stream mirrors can not also schedule messages";
    SOURCE_WITH_MSG_SCHEDULES 400 10187 "stream source can not also schedule messages";
    MESSAGE_SCHEDULES_DISABLED 400 10188 "message schedules is disabled";
    MESSAGE_SCHEDULES_INVALID_PATTERN 400 10189 "message schedules pattern is invalid";
    MESSAGE_SCHEDULES_INVALID_TARGET 400 10190 "message schedules target is invalid";
    MESSAGE_SCHEDULES_INVALID_TTL 400 10191 "message schedules invalid per-message TTL";
    MESSAGE_SCHEDULES_INVALID_ROLLUP 400 10192 "message schedules invalid rollup";
    MESSAGE_SCHEDULES_INVALID_SOURCE 400 10203 "message schedules source is invalid";
    MESSAGE_SCHEDULES_INVALID_SCHEDULER 400 10212 "message schedules invalid scheduler";
    MESSAGE_SCHEDULES_INVALID_ZONE 400 10223 "message schedules time zone is invalid";
    BATCH_PUBLISH_DISABLED 400 10205 "batch publish is disabled";
    BATCH_PUBLISH_INVALID_PATTERN 400 10206 "batch publish pattern is invalid";
    BATCH_PUBLISH_INVALID_ID 400 10207 "batch publish ID is invalid";
    BATCH_PUBLISH_UNKNOWN_ID 400 10208 "batch publish ID unknown";
    MIRROR_WITH_BATCH_PUBLISH 400 10209 "stream mirrors can not also use batch publishing";
    BATCH_PUBLISH_TOO_MANY 429 10211 "batch publish too many inflight";
    ATOMIC_PUBLISH_TOO_MANY 429 10210 "atomic publish too many inflight";
    STREAM_WRONG_LAST_SEQUENCE_CONSTANT 400 10164 "wrong last sequence";
    MESSAGE_TTL_DISABLED 400 10166 "per-message TTL is disabled";
    STREAM_TOO_MANY_REQUESTS 429 10167 "too many requests";
    CONSUMER_PUSH_WITH_PRIORITY_GROUP 400 10178 "priority groups can not be used with push consumers";
    CONSUMER_ACK_WAIT_NEGATIVE 400 10183 "consumer ack wait needs to be positive";
    CONSUMER_BACKOFF_NEGATIVE 400 10184 "consumer backoff needs to be positive";
    REQUIRED_API_LEVEL 412 10185 "JetStream minimum api level required";
    CONSUMER_PRIORITY_GROUP_WITH_POLICY_NONE 400 10196 "consumer can not have priority groups when policy is none";
    CONSUMER_PINNED_TTL_WITHOUT_PRIORITY_POLICY_NONE 400 10197 "PinnedTTL cannot be set when PriorityPolicy is none";
    CONSUMER_INVALID_RESET 400 10204 "invalid reset";
    MIRROR_CONSUMER_INVALID 400 10213 "stream mirror consumer config is invalid";
    MIRROR_CONSUMER_REQUIRES_FLOW_ACKS 400 10214 "stream mirror consumer requires flow control ack policy";
    SOURCE_CONSUMER_INVALID 400 10215 "stream source consumer config is invalid";
    SOURCE_CONSUMER_DUPLICATE 400 10216 "duplicate stream source consumer detected";
    SOURCE_CONSUMER_REQUIRES_FLOW_ACKS 400 10217 "stream source consumer requires flow control ack policy";
    CONSUMER_FLOW_ACKS_REQUIRE_PUSH 400 10218 "flow control ack policy requires a push based consumer";
    CONSUMER_FLOW_ACKS_REQUIRE_FLOW_CONTROL 400 10219 "flow control ack policy requires flow control";
    CONSUMER_FLOW_ACKS_REQUIRE_MAX_ACK_PENDING 400 10220 "flow control ack policy requires max ack pending";
    CONSUMER_FLOW_ACKS_REQUIRE_NO_ACK_WAIT 400 10221 "flow control ack policy requires unset ack wait";
    CONSUMER_FLOW_ACKS_REQUIRE_NO_MAX_DELIVER 400 10222 "flow control ack policy requires unset max deliver";
    CONSUMER_STREAM_IDENTITY_MISMATCH 400 10225 "consumer's stream identity does not match";
    MESSAGE_SOURCE_HEADER_NOT_ALLOWED 400 10227 "message stream source header is not allowed";
    EXPECTED_LAST_SUBJECT_SEQUENCE_INVALID 400 10193 "missing sequence for expected last sequence per subject";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_number_is_used_twice() {
        let mut numbers: Vec<_> = ALL.iter().map(|error| error.err_code).collect();
        numbers.sort_unstable();
        numbers.dedup();
        assert_eq!(numbers.len(), ALL.len());
    }

    #[test]
    fn an_error_looks_like_the_reference_s() {
        let json = serde_json::to_string(&STREAM_NOT_FOUND).unwrap();
        assert_eq!(
            json,
            r#"{"code":404,"err_code":10059,"description":"stream not found"}"#
        );
    }
}
