//! Whether mail that comes back has somewhere to go.

use super::{Check, Dns, DnsError, Question, Standing, Subject};

pub(super) async fn check(question: &Question, dns: &Dns) -> Check {
    if question.return_domain.is_none() && question.provider.is_some() {
        return Check::new(Subject::ReturnPath, Standing::Good, "return_by_provider");
    }
    judge(question, dns)
        .await
        .unwrap_or_else(|error| Check::unanswered(Subject::ReturnPath, error))
}

async fn judge(question: &Question, dns: &Dns) -> Result<Check, DnsError> {
    let domain = question.envelope_domain();
    let servers = dns.mail_servers(domain).await?;
    let found = servers
        .iter()
        .map(|(preference, server)| format!("{preference} {server}."));
    let found: Vec<String> = found.collect();
    let bad = |why| {
        let check = Check::new(Subject::ReturnPath, Standing::Bad, why).found(found.clone());
        match own_host(&question.base_url).filter(|_| question.return_domain.is_some()) {
            Some(host) => check.publish(domain, "MX", format!("10 {host}.")),
            None => check,
        }
    };
    if servers.is_empty() {
        // Mail goes to the domain's own address then, which works by accident more often than by intent.
        let addresses = dns.addresses(domain).await?;
        if addresses.is_empty() {
            return Ok(bad("mx_missing"));
        }
        let mut check = bad("mx_implied");
        check.standing = Standing::Weak;
        return Ok(check.found(addresses.iter().map(ToString::to_string)));
    }
    if servers.iter().any(|(_, server)| server.is_empty()) {
        return Ok(bad("mx_none_taken"));
    }
    for (_, server) in servers.iter().take(4) {
        if dns.addresses(server).await?.is_empty() {
            return Ok(bad("mx_dead"));
        }
    }
    let (standing, why) = if question.return_domain.is_some() {
        (Standing::Good, "mx_ok")
    } else {
        (Standing::Weak, "return_unread")
    };
    Ok(Check::new(Subject::ReturnPath, standing, why).found(found))
}

/// The name of this machine as the world knows it: it takes in what comes back.
pub(super) fn own_host(base_url: &str) -> Option<&str> {
    let rest = base_url.split_once("://").map(|(_, rest)| rest)?;
    let host = rest.split(['/', ':']).next()?;
    let is_name = host.contains('.') && host.parse::<std::net::IpAddr>().is_err();
    is_name.then_some(host)
}
