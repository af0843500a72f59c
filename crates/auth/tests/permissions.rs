//! What lists of filters allow. The cases were tried against nats-server; where we differ, a comment says so.

use midge_auth::SubscribeVerdict::{self, Allowed, AllowedButFilter, Denied};
use midge_auth::{Error, Permissions, ResponsePermission, is_reserved_reply};
use midge_conf::{AllowResponses, SubjectPermission};
use midge_subject::naive;
use proptest::prelude::*;
use std::time::Duration;

fn lists(allow: Option<&[&str]>, deny: &[&str]) -> Option<SubjectPermission> {
    let own = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
    Some(SubjectPermission {
        allow: allow.map(own),
        deny: own(deny),
    })
}

fn compile(source: &midge_conf::Permissions) -> Permissions {
    Permissions::new(source, "ann").expect("valid filters")
}

fn publish(allow: Option<&[&str]>, deny: &[&str]) -> Permissions {
    compile(&midge_conf::Permissions {
        publish: lists(allow, deny),
        ..Default::default()
    })
}

fn subscribe(allow: Option<&[&str]>, deny: &[&str]) -> Permissions {
    compile(&midge_conf::Permissions {
        subscribe: lists(allow, deny),
        ..Default::default()
    })
}

//= row 183
#[test]
fn deny_wins_over_allow_on_publish() {
    let rules = publish(Some(&["foo.*", "*.z"]), &["foo.no"]);
    let check =
        |subject: &str, may| assert_eq!(rules.can_publish(subject.as_bytes()), may, "{subject}");
    check("foo.a", true);
    check("foo.no", false);
    check("a.z", true);
    check("foo.a.b", false);
    check("foo", false);
    check("", false);
    check("foo.", false);
    // Wildcards in a published subject are text.
    check("foo.*", true);
    check("foo.>", true);
    check(">", false);
}

#[test]
fn no_list_allows_all_and_an_empty_one_nothing() {
    assert!(publish(None, &[]).can_publish(b"a"));
    assert!(publish(None, &["b"]).can_publish(b"a"));
    assert!(!publish(None, &["b"]).can_publish(b"b"));
    assert!(!publish(Some(&[]), &[]).can_publish(b"a"));
    assert_eq!(subscribe(None, &[]).can_subscribe(b"a", None), Allowed);
    assert_eq!(subscribe(Some(&[]), &[]).can_subscribe(b"a", None), Denied);
}

#[track_caller]
fn check(rules: &Permissions, subscription: &str, verdict: SubscribeVerdict) {
    let (filter, queue) = match subscription.split_once(' ') {
        Some((filter, queue)) => (filter, Some(queue.as_bytes())),
        None => (subscription, None),
    };
    assert_eq!(
        rules.can_subscribe(filter.as_bytes(), queue),
        verdict,
        "{subscription}"
    );
}

//= row 184, row 185
#[test]
fn subscriptions_stay_inside_the_allowed_filters() {
    let rules = subscribe(
        Some(&["foo.*", "bar.>", "q.x grp.*", "z"]),
        &["bar.no", "bar.q one"],
    );
    check(&rules, "foo.*", Allowed);
    check(&rules, "foo.a", Allowed);
    check(&rules, "foo", Denied);
    check(&rules, ">", Denied);
    check(&rules, "*.no", Denied);
    // The reference lets this through and so delivers foo.a.b; we hold to the list.
    check(&rules, "foo.>", Denied);
    check(&rules, "bar.>", AllowedButFilter);
    check(&rules, "bar.*", AllowedButFilter);
    check(&rules, "bar.no", Denied);
    check(&rules, "bar.ok", Allowed);
}

//= row 184, behaviours: accounts 31
#[test]
fn queue_groups_are_allowed_and_denied_by_name() {
    let rules = subscribe(
        Some(&["bar.>", "q.x grp.*", "z", "both", "both one"]),
        &["bar.no", "bar.q one"],
    );
    check(&rules, "q.x", Denied);
    check(&rules, "q.x grp", Denied);
    check(&rules, "q.x grp.a", Allowed);
    check(&rules, "q.x grp.a.b", Denied);
    check(&rules, "z", Allowed);
    check(&rules, "z any", Allowed);
    // Once queues are named for a filter, others are out.
    check(&rules, "both", Allowed);
    check(&rules, "both one", Allowed);
    check(&rules, "both two", Denied);
    check(&rules, "bar.q", Allowed);
    check(&rules, "bar.q one", Denied);
    check(&rules, "bar.q two", Allowed);
    check(&rules, "bar.no one", Denied);
    check(&rules, "bar.> one", AllowedButFilter);
    check(&rules, "bar.*.x one", Allowed);
}

//= row 185
#[test]
fn what_is_denied_inside_a_wider_subscription_is_not_delivered() {
    let rules = subscribe(None, &["a.b q", "c.d", "e.*"]);
    let delivers = |subject: &str, queue: Option<&str>| {
        rules.can_deliver(subject.as_bytes(), queue.map(str::as_bytes))
    };
    check(&rules, "a.* q", AllowedButFilter);
    check(&rules, "a.* other", Allowed);
    check(&rules, "a.*", Allowed);
    check(&rules, "a.b q", Denied);
    assert!(!delivers("a.b", Some("q")));
    assert!(delivers("a.b", Some("other")));
    assert!(delivers("a.b", None));
    assert!(!delivers("c.d", None) && !delivers("c.d", Some("q")));
    // Filters that cross are filtered too; the reference would deliver e.x here.
    check(&rules, "*.x", AllowedButFilter);
    assert!(!delivers("e.x", None));
    assert!(delivers("f.x", None));
}

//= row 186
#[test]
fn leave_to_answer_is_leave_for_nothing_else() {
    let responses = Some(AllowResponses::default());
    let rules = |publish| {
        compile(&midge_conf::Permissions {
            publish,
            allow_responses: responses,
            ..Default::default()
        })
    };
    assert!(!rules(None).can_publish(b"a"));
    assert!(!rules(lists(None, &["b"])).can_publish(b"a"));
    assert!(rules(lists(Some(&["a"]), &[])).can_publish(b"a"));
    let minutes = Some(Duration::from_secs(120));
    assert_eq!(
        rules(None).responses(),
        Some(ResponsePermission {
            max: Some(1),
            expires: minutes
        })
    );
    assert_eq!(publish(None, &[]).responses(), None);
}

//= row 87, row 187
#[test]
fn replies_into_the_servers_own_subjects_are_reserved() {
    let check = |reply: &str, reserved| {
        assert_eq!(is_reserved_reply(reply.as_bytes()), reserved, "{reply}");
    };
    check("_R_.x", true);
    check("_R_.", true);
    check("_R_", false);
    check("_R_x", false);
    check("$JS.ACK.x", true);
    check("$JS.ACK.", false);
    check("$JS.API.x", false);
    check("_GR_.x", true);
    check("_GR_.", false);
    check("$GR.x", true);
    check("_INBOX.x", false);
}

#[test]
fn what_is_no_filter_is_refused_by_name() {
    let check = |source: midge_conf::Permissions, subject: &str| {
        let error = Error::InvalidSubject {
            user: "ann".into(),
            subject: subject.into(),
        };
        assert_eq!(Permissions::new(&source, "ann").err(), Some(error));
    };
    let publish = |text: &str| midge_conf::Permissions {
        publish: lists(Some(&[text]), &[]),
        ..Default::default()
    };
    let subscribe = |text: &str| midge_conf::Permissions {
        subscribe: lists(None, &[text]),
        ..Default::default()
    };
    for text in ["", "a..b", "a.", ">.a", "a q"] {
        check(publish(text), text);
    }
    for text in ["", "a..b", "a.", ">.a", "a q z", "a..b q"] {
        check(subscribe(text), text);
    }
}

fn filter() -> impl Strategy<Value = String> {
    let token = prop_oneof![4 => "[ab]", 1 => Just("*".to_owned())];
    (proptest::collection::vec(token, 1..4), any::<bool>()).prop_map(|(mut tokens, open)| {
        if open {
            tokens.push(">".into());
        }
        tokens.join(".")
    })
}

fn filters() -> impl Strategy<Value = Vec<String>> {
    proptest::collection::vec(filter(), 0..4)
}

proptest! {
    /// Publish: some allow matches and no deny does, by the slow matcher.
    #[test]
    fn publish_is_what_the_naive_matcher_says(
        allow in proptest::option::of(filters()), deny in filters(), subject in "[ab](\\.[ab]){0,4}",
    ) {
        let hit = |list: &[String]| list.iter().any(|filter| naive::matches(filter.as_bytes(), subject.as_bytes()));
        let expected = allow.as_deref().is_none_or(hit) && !hit(&deny);
        let source = midge_conf::Permissions {
            publish: Some(SubjectPermission { allow, deny }), ..Default::default()
        };
        prop_assert_eq!(compile(&source).can_publish(subject.as_bytes()), expected);
    }

    /// Subscribe: what arrives was allowed and not denied, and nothing that is both is held back.
    #[test]
    fn subscribers_see_what_is_allowed_and_not_denied(
        allow in proptest::option::of(filters()), deny in filters(), wanted in filter(), subject in "[ab](\\.[ab]){0,4}",
    ) {
        let hit = |list: &[String]| list.iter().any(|filter| naive::matches(filter.as_bytes(), subject.as_bytes()));
        let permitted = allow.as_deref().is_none_or(hit) && !hit(&deny);
        let source = midge_conf::Permissions {
            subscribe: Some(SubjectPermission { allow, deny }), ..Default::default()
        };
        let rules = compile(&source);
        let seen = match rules.can_subscribe(wanted.as_bytes(), None) {
            Denied => return Ok(()),
            Allowed => true,
            AllowedButFilter => rules.can_deliver(subject.as_bytes(), None),
        };
        if naive::matches(wanted.as_bytes(), subject.as_bytes()) {
            prop_assert_eq!(seen, permitted);
        }
    }
}
