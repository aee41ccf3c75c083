//! Stickers, pictures, films, sounds, places and coupons.

use super::{COMMON, form};
use crate::schema::{Address, Kind, Shape, may, must, shape, units};

const FILE: Kind = Kind::Address(Address::File);

pub(super) static STICKER: Shape = shape(&[
    &COMMON,
    &[
        must("packageId", Kind::Form(form::DIGITS)),
        must("stickerId", Kind::Form(form::DIGITS)),
        may("quoteToken", units(1, 1_000)),
    ],
]);

pub(super) static IMAGE: Shape = shape(&[
    &COMMON,
    &[
        must("originalContentUrl", FILE),
        must("previewImageUrl", FILE),
    ],
]);

pub(super) static VIDEO: Shape = shape(&[
    &COMMON,
    &[
        must("originalContentUrl", FILE),
        must("previewImageUrl", FILE),
        may("trackingId", Kind::Form(form::TRACKING)),
    ],
]);

pub(super) static AUDIO: Shape = shape(&[
    &COMMON,
    &[
        must("originalContentUrl", FILE),
        must(
            "duration",
            Kind::Whole {
                min: 1,
                max: 24 * 3_600_000,
            },
        ),
    ],
]);

pub(super) static LOCATION: Shape = shape(&[
    &COMMON,
    &[
        must("title", units(1, 100)),
        must("address", units(1, 100)),
        must(
            "latitude",
            Kind::Number {
                min: -90.0,
                max: 90.0,
            },
        ),
        must(
            "longitude",
            Kind::Number {
                min: -180.0,
                max: 180.0,
            },
        ),
    ],
]);

pub(super) static COUPON: Shape = shape(&[
    &COMMON,
    &[
        must("couponId", units(1, 100)),
        may("deliveryTag", units(1, 30)),
    ],
]);
