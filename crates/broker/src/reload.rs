//! New options for a running broker: all of them, or a refusal that changes nothing.

use crate::error::Error;
use crate::server::Server;
use midge_conf::Options;
use std::fmt::Debug;

/// Applies `options` and says, line by line, what changed.
pub(crate) fn reload(server: &Server, mut options: Options) -> Result<Vec<String>, Error> {
    let before = server.options.load_full();
    options.port = keep_random(before.port, options.port);
    refuse(&before, &options)?;
    let mut changes = changes(&before, &options);
    let review = before.authorization != options.authorization
        || before.accounts != options.accounts
        || before.no_auth_user != options.no_auth_user
        || before.tls != options.tls;
    server.apply(options)?;
    if review {
        server.review();
    }
    server.shed();
    changes.extend(["Reloaded: authorization users".into(), "Reloaded: accounts".into()]);
    Ok(changes)
}

/// A random port stays the one it was.
fn keep_random(old: midge_conf::Port, new: midge_conf::Port) -> midge_conf::Port {
    if new == midge_conf::Port::Random { old } else { new }
}

/// What a running broker can't change is refused by the reference's name of the field.
fn refuse(old: &Options, new: &Options) -> Result<(), Error> {
    fixed("Host", &old.host, &new.host)?;
    fixed("Port", &old.port, &new.port)?;
    fixed("ServerName", &old.server_name, &new.server_name)?;
    fixed("HTTPHost", &old.http_host, &new.http_host)?;
    fixed("HTTPPort", &old.http_port, &new.http_port)?;
    fixed("HTTPSPort", &old.https_port, &new.https_port)?;
    fixed("HTTPBasePath", &old.http_base_path, &new.http_base_path)?;
    fixed("ProfPort", &old.prof_port, &new.prof_port)?;
    fixed("MaxSubs", &old.max_subscriptions, &new.max_subscriptions)?;
    fixed("MaxSubTokens", &old.max_sub_tokens, &new.max_sub_tokens)?;
    fixed("MaxPending", &old.max_pending, &new.max_pending)?;
    fixed("MaxClosedClients", &old.max_closed_clients, &new.max_closed_clients)?;
    fixed("WriteTimeout", &old.write_timeout, &new.write_timeout)?;
    fixed("LameDuckDuration", &old.lame_duck_duration, &new.lame_duck_duration)?;
    fixed("LameDuckGracePeriod", &old.lame_duck_grace_period, &new.lame_duck_grace_period)?;
    fixed("NoHeaderSupport", &old.no_header_support, &new.no_header_support)?;
    fixed("AllowNonTLS", &old.allow_non_tls, &new.allow_non_tls)?;
    fixed("NoSublistCache", &old.disable_sublist_cache, &new.disable_sublist_cache)?;
    fixed("LogSizeLimit", &old.log_size_limit, &new.log_size_limit)?;
    fixed("LogMaxFiles", &old.log_max_num, &new.log_max_num)?;
    fixed("SystemAccount", &old.system_account, &new.system_account)?;
    fixed("NoSystemAccount", &old.no_system_account, &new.no_system_account)?;
    fixed("JetStream", &old.jetstream.enabled, &new.jetstream.enabled)?;
    fixed("StoreDir", &old.jetstream.store_dir, &new.jetstream.store_dir)?;
    fixed("FeatureFlags", &old.feature_flags, &new.feature_flags)?;
    let listener = |options: &Options| options.websocket.as_ref().map(|block| (block.host.clone(), block.port));
    fixed("Websocket", &listener(old), &listener(new))?;
    let listener = |options: &Options| options.cluster.as_ref().map(|block| (block.host.clone(), block.port));
    fixed("Cluster", &listener(old), &listener(new))?;
    let listener = |options: &Options| options.leafnodes.as_ref().map(|block| (block.host.clone(), block.port));
    fixed("LeafNode", &listener(old), &listener(new))
}

fn fixed<T: PartialEq + Debug>(field: &str, old: &T, new: &T) -> Result<(), Error> {
    if old == new {
        return Ok(());
    }
    Err(Error::Reload(format!("config reload not supported for {field}: old={old:?}, new={new:?}")))
}

/// A line for each live change, as tools wait for it.
fn changes(old: &Options, new: &Options) -> Vec<String> {
    let mut lines = Vec::new();
    let mut say = |name: &str, changed: bool, value: String| {
        if changed {
            lines.push(format!("Reloaded: {name}{value}"));
        }
    };
    let value = |value: &dyn std::fmt::Display| format!(" = {value}");
    let seconds = |duration: std::time::Duration| format!(" = {duration:?}");
    let list = |tags: &[String]| format!(" = [{}]", tags.join(" "));
    say("client_advertise", old.client_advertise != new.client_advertise, value(&new.client_advertise.as_deref().unwrap_or_default()));
    say("connect_error_reports", old.connect_error_reports != new.connect_error_reports, value(&new.connect_error_reports));
    say("debug", old.debug != new.debug, value(&new.debug));
    say("log_file", old.log_file != new.log_file, value(&new.log_file.as_deref().unwrap_or(std::path::Path::new("")).display()));
    say("logtime", old.logtime != new.logtime, value(&new.logtime));
    say("logtime_utc", old.logtime_utc != new.logtime_utc, value(&new.logtime_utc));
    say("max_connections", old.max_connections != new.max_connections, value(&new.max_connections));
    say("max_control_line", old.max_control_line != new.max_control_line, value(&new.max_control_line));
    say("max_payload", old.max_payload != new.max_payload, value(&new.max_payload));
    say("max_traced_msg_len", old.max_traced_msg_len != new.max_traced_msg_len, value(&new.max_traced_msg_len));
    say("no_fast_producer_stall", old.no_fast_producer_stall != new.no_fast_producer_stall, value(&new.no_fast_producer_stall));
    say("pid_file", old.pid_file != new.pid_file, value(&new.pid_file.as_deref().unwrap_or(std::path::Path::new("")).display()));
    say("ping_interval", old.ping_interval != new.ping_interval, seconds(new.ping_interval));
    say("ping_max", old.ping_max != new.ping_max, value(&new.ping_max));
    say("ports_file_dir", old.ports_file_dir != new.ports_file_dir, value(&new.ports_file_dir.as_deref().unwrap_or(std::path::Path::new("")).display()));
    say("reconnect_error_reports", old.reconnect_error_reports != new.reconnect_error_reports, value(&new.reconnect_error_reports));
    say("server_metadata", old.server_metadata != new.server_metadata, String::new());
    say("tags", old.server_tags != new.server_tags, list(&new.server_tags));
    say("tls", new.tls.is_some() || old.tls.is_some(), if new.tls.is_some() { " = enabled" } else { " = disabled" }.into());
    say("trace", old.trace != new.trace, value(&new.trace));
    say("write_deadline", old.write_deadline != new.write_deadline, seconds(new.write_deadline));
    lines
}
