//! The page at `/`: links to the others.

use std::fmt::Write;

const LINKS: [(&str, &str); 11] = [
    ("varz", "General"),
    ("jsz", "JetStream"),
    ("connz", "Connections"),
    ("accountz", "Accounts"),
    ("accstatz", "Account statistics"),
    ("subsz", "Subscriptions"),
    ("routez", "Routes"),
    ("leafz", "Leaf nodes"),
    ("gatewayz", "Gateways"),
    ("healthz", "Health"),
    ("metrics", "Metrics"),
];

/// `base` is empty or begins with a slash.
pub(crate) fn page(version: &str, base: &str) -> String {
    let mut page = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\"><title>Midge</title>\n\
         <style>body {{ font: 16px sans-serif; margin: 2rem }} a {{ color: inherit }}</style></head>\n\
         <body>\n<h1>Midge</h1>\n<p>Speaks as version {version}</p>\n<ul>\n"
    );
    for (path, name) in LINKS {
        // Writing to a string can't fail.
        let _ = writeln!(page, "<li><a href=\".{base}/{path}\">{name}</a></li>");
    }
    page.push_str("</ul>\n</body>\n</html>\n");
    page
}
