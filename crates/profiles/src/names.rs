//! Names of events and their small numbers.
//!
//! Names that the product itself understands have fixed numbers, the same in every workspace, so that
//! SQL may name them as constants. Everything else gets a number from [`FIRST_DYNAMIC`] up in the
//! table `event_name`. Commerce follows the Segment specification's spelling; ours is `snake_case`.

/// The smallest number of a name that a workspace brings itself.
pub const FIRST_DYNAMIC: i32 = 1_000;

/// An order was placed: one event per order, with its whole amount.
pub const ORDER_COMPLETED: i32 = 1;
/// One line of an order: product, category, line amount and quantity.
pub const PRODUCT_PURCHASED: i32 = 2;
/// A product page was looked at.
pub const PRODUCT_VIEWED: i32 = 3;
/// A product was put into the cart.
pub const PRODUCT_ADDED: i32 = 4;
/// A product was taken out of the cart.
pub const PRODUCT_REMOVED: i32 = 5;
/// The cart was looked at.
pub const CART_VIEWED: i32 = 6;
/// A checkout was begun.
pub const CHECKOUT_STARTED: i32 = 7;
/// An order was paid back, wholly or in part; the amount is negative.
pub const ORDER_REFUNDED: i32 = 8;
/// An order was called off.
pub const ORDER_CANCELLED: i32 = 9;
/// A web page was looked at.
pub const PAGE_VIEWED: i32 = 10;
/// A screen of an app was looked at.
pub const SCREEN_VIEWED: i32 = 11;
/// One line of a refund; amount and quantity are negative.
pub const PRODUCT_REFUNDED: i32 = 12;
/// A list or category was looked at.
pub const PRODUCT_LIST_VIEWED: i32 = 13;
/// A product was clicked in a list.
pub const PRODUCT_CLICKED: i32 = 14;
/// Something was searched for.
pub const PRODUCTS_SEARCHED: i32 = 15;
/// A step of the checkout was looked at.
pub const CHECKOUT_STEP_VIEWED: i32 = 16;
/// A step of the checkout was completed.
pub const CHECKOUT_STEP_COMPLETED: i32 = 17;
/// Payment details were entered.
pub const PAYMENT_INFO_ENTERED: i32 = 18;
/// An order was changed after it was placed.
pub const ORDER_UPDATED: i32 = 19;
/// A coupon was entered.
pub const COUPON_ENTERED: i32 = 20;
/// A coupon was accepted.
pub const COUPON_APPLIED: i32 = 21;
/// A coupon was refused.
pub const COUPON_DENIED: i32 = 22;
/// A coupon was taken back.
pub const COUPON_REMOVED: i32 = 23;
/// A product was put on the wish list.
pub const WISHLIST_ADDED: i32 = 24;
/// A product was taken off the wish list.
pub const WISHLIST_REMOVED: i32 = 25;
/// A product was reviewed.
pub const PRODUCT_REVIEWED: i32 = 26;
/// A promotion was seen.
pub const PROMOTION_VIEWED: i32 = 27;
/// A promotion was clicked.
pub const PROMOTION_CLICKED: i32 = 28;
/// A person opened an account.
pub const SIGNED_UP: i32 = 29;
/// A person signed in.
pub const SIGNED_IN: i32 = 30;
/// A person was put into a group (a company, a household).
pub const GROUP_JOINED: i32 = 31;
/// A message was handed over.
pub const MESSAGE_SENT: i32 = 40;
/// A message came back.
pub const MESSAGE_BOUNCED: i32 = 41;
/// A message was opened.
pub const MESSAGE_OPENED: i32 = 42;
/// A link of a message was clicked.
pub const MESSAGE_CLICKED: i32 = 43;
/// A person unsubscribed through a message.
pub const MESSAGE_UNSUBSCRIBED: i32 = 44;
/// A person reported a message as unwanted.
pub const MESSAGE_COMPLAINED: i32 = 45;
/// The unsubscribe link of a message was pressed, whatever came of it.
pub const UNSUBSCRIBE_CLICKED: i32 = 46;
/// A consent was given or withdrawn.
pub const CONSENT_CHANGED: i32 = 50;
/// A person became a friend of a LINE account, perhaps again after a block.
pub const LINE_FOLLOWED: i32 = 60;
/// A person blocked a LINE account.
pub const LINE_BLOCKED: i32 = 61;
/// A person wrote to a LINE account.
pub const LINE_MESSAGE_RECEIVED: i32 = 62;
/// A person pressed a button that carries data.
pub const LINE_POSTBACK: i32 = 63;
/// A person came near a LINE beacon, or left.
pub const LINE_BEACON: i32 = 64;
/// A person watched a video to its end.
pub const LINE_VIDEO_WATCHED: i32 = 65;
/// A person's LINE account was linked to the customer.
pub const LINE_LINKED: i32 = 66;
/// A person's LINE account was taken off the customer.
pub const LINE_UNLINKED: i32 = 67;
/// A person allowed pushes on a device.
pub const PUSH_ALLOWED: i32 = 70;
/// A person turned pushes off on a device.
pub const PUSH_STOPPED: i32 = 71;
/// A device's service knows it no more: the app was removed, or its permission.
pub const PUSH_DEVICE_GONE: i32 = 72;
/// A push was shown on a device; whether anybody looked is not known.
pub const PUSH_SHOWN: i32 = 73;
/// A person swept a push away.
pub const PUSH_DISMISSED: i32 = 74;

/// Every fixed name with its number, in the order of the numbers.
pub const FIXED: &[(i32, &str)] = &[
    (ORDER_COMPLETED, "Order Completed"),
    (PRODUCT_PURCHASED, "Product Purchased"),
    (PRODUCT_VIEWED, "Product Viewed"),
    (PRODUCT_ADDED, "Product Added"),
    (PRODUCT_REMOVED, "Product Removed"),
    (CART_VIEWED, "Cart Viewed"),
    (CHECKOUT_STARTED, "Checkout Started"),
    (ORDER_REFUNDED, "Order Refunded"),
    (ORDER_CANCELLED, "Order Cancelled"),
    (PAGE_VIEWED, "Page Viewed"),
    (SCREEN_VIEWED, "Screen Viewed"),
    (PRODUCT_REFUNDED, "Product Refunded"),
    (PRODUCT_LIST_VIEWED, "Product List Viewed"),
    (PRODUCT_CLICKED, "Product Clicked"),
    (PRODUCTS_SEARCHED, "Products Searched"),
    (CHECKOUT_STEP_VIEWED, "Checkout Step Viewed"),
    (CHECKOUT_STEP_COMPLETED, "Checkout Step Completed"),
    (PAYMENT_INFO_ENTERED, "Payment Info Entered"),
    (ORDER_UPDATED, "Order Updated"),
    (COUPON_ENTERED, "Coupon Entered"),
    (COUPON_APPLIED, "Coupon Applied"),
    (COUPON_DENIED, "Coupon Denied"),
    (COUPON_REMOVED, "Coupon Removed"),
    (WISHLIST_ADDED, "Product Added to Wishlist"),
    (WISHLIST_REMOVED, "Product Removed from Wishlist"),
    (PRODUCT_REVIEWED, "Product Reviewed"),
    (PROMOTION_VIEWED, "Promotion Viewed"),
    (PROMOTION_CLICKED, "Promotion Clicked"),
    (SIGNED_UP, "Signed Up"),
    (SIGNED_IN, "Signed In"),
    (GROUP_JOINED, "Group Joined"),
    (MESSAGE_SENT, "message_sent"),
    (MESSAGE_BOUNCED, "message_bounced"),
    (MESSAGE_OPENED, "message_opened"),
    (MESSAGE_CLICKED, "message_clicked"),
    (MESSAGE_UNSUBSCRIBED, "message_unsubscribed"),
    (MESSAGE_COMPLAINED, "message_complained"),
    (UNSUBSCRIBE_CLICKED, "message_unsubscribe_clicked"),
    (CONSENT_CHANGED, "consent_changed"),
    (LINE_FOLLOWED, "line_followed"),
    (LINE_BLOCKED, "line_blocked"),
    (LINE_MESSAGE_RECEIVED, "line_message_received"),
    (LINE_POSTBACK, "line_postback"),
    (LINE_BEACON, "line_beacon"),
    (LINE_VIDEO_WATCHED, "line_video_watched"),
    (LINE_LINKED, "line_linked"),
    (LINE_UNLINKED, "line_unlinked"),
    (PUSH_ALLOWED, "push_allowed"),
    (PUSH_STOPPED, "push_stopped"),
    (PUSH_DEVICE_GONE, "push_device_gone"),
    (PUSH_SHOWN, "push_shown"),
    (PUSH_DISMISSED, "push_dismissed"),
];

/// Returns the fixed number of a name; the spelling is exact.
pub fn fixed_id(name: &str) -> Option<i32> {
    FIXED
        .iter()
        .find(|(_, text)| *text == name)
        .map(|(id, _)| *id)
}

/// Returns the name of a fixed number.
pub fn fixed_text(id: i32) -> Option<&'static str> {
    FIXED
        .binary_search_by_key(&id, |(id, _)| *id)
        .ok()
        .and_then(|at| FIXED.get(at))
        .map(|(_, text)| *text)
}

/// Tells whether only the product itself may write events of this name, whatever the letter case.
pub fn is_reserved(name: &str) -> bool {
    let folded = name.trim().to_lowercase().replace([' ', '-'], "_");
    let is_ours = |prefix: &str| folded.starts_with(prefix);
    // Of "line_" the names in use alone: shops speak of lines of an order, too; and so of "push_", which apps say.
    let is_known = (is_ours("line_") || is_ours("push_")) && fixed_id(&folded).is_some();
    is_ours("message_") || is_ours("consent_") || is_known
}

/// Tells whether the event belongs to an order or a service, and so is kept without tracking consent.
pub const fn is_service(id: i32) -> bool {
    matches!(
        id,
        ORDER_COMPLETED
            | PRODUCT_PURCHASED
            | ORDER_REFUNDED
            | PRODUCT_REFUNDED
            | ORDER_CANCELLED
            | ORDER_UPDATED
            | SIGNED_UP
            | GROUP_JOINED
            | MESSAGE_SENT
            | MESSAGE_BOUNCED
            | MESSAGE_UNSUBSCRIBED
            | MESSAGE_COMPLAINED
            | CONSENT_CHANGED
            | LINE_FOLLOWED
            | LINE_BLOCKED
            | LINE_MESSAGE_RECEIVED
            | LINE_LINKED
            | LINE_UNLINKED
            | PUSH_ALLOWED
            | PUSH_STOPPED
            | PUSH_DEVICE_GONE
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_names_are_one_to_one() {
        for (id, text) in FIXED {
            assert_eq!(fixed_id(text), Some(*id));
            assert_eq!(fixed_text(*id), Some(*text));
            assert!(*id < FIRST_DYNAMIC);
        }
        assert_eq!(fixed_id("order completed"), None);
        assert_eq!(fixed_text(999), None);
    }

    #[test]
    fn reserved_names_cannot_be_disguised() {
        for name in [
            "message_opened",
            "Message Opened",
            " CONSENT-changed",
            "message_",
            "consent_x",
            "Line Followed",
            "line-message_received",
            "Push Shown",
        ] {
            assert!(is_reserved(name), "{name}");
        }
        for name in [
            "Order Completed",
            "messages",
            "my_message_opened",
            "Line Item Added",
            "Push Notification Tapped",
        ] {
            assert!(!is_reserved(name), "{name}");
        }
    }
}
