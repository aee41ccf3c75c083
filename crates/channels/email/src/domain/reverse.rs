//! Whether the mail server's addresses have names, and the names lead back.

use std::net::IpAddr;

use channel_core::dial::is_global;

use super::{Check, Dns, DnsError, Question, Standing, Subject, dns::reverse_name};

/// Addresses of one host that are looked at.
const MOST: usize = 4;

pub(super) async fn check(question: &Question, dns: &Dns) -> Check {
    if question.provider.is_some() {
        // It sends from addresses of its own, which it looks after.
        return Check::new(Subject::Ptr, Standing::Unknown, "ptr_by_provider");
    }
    judge(question, dns)
        .await
        .unwrap_or_else(|error| Check::unanswered(Subject::Ptr, error))
}

async fn judge(question: &Question, dns: &Dns) -> Result<Check, DnsError> {
    let addresses = dns.addresses(&question.host).await?;
    if addresses.is_empty() {
        let check = Check::new(Subject::Ptr, Standing::Bad, "host_unknown");
        return Ok(check.found([question.host.clone()]));
    }
    let public: Vec<IpAddr> = addresses
        .iter()
        .copied()
        .filter(|a| is_global(*a))
        .collect();
    if public.is_empty() {
        // It hands on to the world from an address that is not to be seen from here.
        let check = Check::new(Subject::Ptr, Standing::Unknown, "ptr_private");
        return Ok(check.found(addresses.iter().map(ToString::to_string)));
    }
    let mut found = Vec::new();
    let mut missing = Vec::new();
    let mut is_confirmed = true;
    for address in public.into_iter().take(MOST) {
        let names = dns.names(address).await?;
        if names.is_empty() {
            found.push(address.to_string());
            missing.push(address);
            continue;
        }
        let mut leads_back = false;
        for name in names.iter().take(MOST) {
            leads_back |= dns.addresses(name).await?.contains(&address);
        }
        if !leads_back {
            is_confirmed = false;
            missing.push(address);
        }
        found.push(format!("{address} → {}", names.join(", ")));
    }
    let (standing, why) = match (missing.is_empty(), is_confirmed) {
        (true, _) => (Standing::Good, "ptr_ok"),
        (false, true) => (Standing::Bad, "ptr_missing"),
        (false, false) => (Standing::Bad, "ptr_unconfirmed"),
    };
    let mut check = Check::new(Subject::Ptr, standing, why).found(found);
    // An address has a name only where the host was given by one.
    if question
        .host
        .trim_matches(['[', ']'])
        .parse::<IpAddr>()
        .is_err()
    {
        for address in missing {
            check = check.publish(&reverse_name(address), "PTR", format!("{}.", question.host));
        }
    }
    Ok(check)
}
