//! Lucide icons (ISC licence), only those in use, drawn inline so that they take the colour of their text.
//!
//! To add one, copy the inner markup of the icon of the same name from lucide and add a variant; `icon/body.rs` is the one
//! place where raw markup enters the page, and it holds constants only.

mod body;

use leptos::prelude::*;

use body::{KNOT, body};

/// An icon of the set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Icon {
    /// Lucide `house`.
    House,
    /// Lucide `users`.
    Users,
    /// Lucide `funnel`.
    Funnel,
    /// Lucide `send`.
    Send,
    /// Lucide `layers`.
    Layers,
    /// Lucide `chart-column`.
    ChartColumn,
    /// Lucide `settings`.
    Settings,
    /// Lucide `search`.
    Search,
    /// Lucide `bell`.
    Bell,
    /// Lucide `chevron-down`.
    ChevronDown,
    /// Lucide `chevron-right`.
    ChevronRight,
    /// Lucide `chevron-left`.
    ChevronLeft,
    /// Lucide `chevron-up`.
    ChevronUp,
    /// Lucide `plus`.
    Plus,
    /// Lucide `x`.
    X,
    /// Lucide `check`.
    Check,
    /// Lucide `minus`.
    Minus,
    /// Lucide `arrow-up`.
    ArrowUp,
    /// Lucide `arrow-down`.
    ArrowDown,
    /// Lucide `arrow-right`.
    ArrowRight,
    /// Lucide `info`.
    Info,
    /// Lucide `circle-alert`.
    CircleAlert,
    /// Lucide `triangle-alert`.
    TriangleAlert,
    /// Lucide `circle-check`.
    CircleCheck,
    /// Lucide `circle-pause`.
    CirclePause,
    /// Lucide `circle-stop`.
    CircleStop,
    /// Lucide `clock`.
    Clock,
    /// Lucide `calendar`.
    Calendar,
    /// Lucide `loader-circle`.
    LoaderCircle,
    /// Lucide `play`.
    Play,
    /// Lucide `pause`.
    Pause,
    /// Lucide `pencil`.
    Pencil,
    /// Lucide `trash-2`.
    Trash2,
    /// Lucide `copy`.
    Copy,
    /// Lucide `eye`.
    Eye,
    /// Lucide `ellipsis`.
    Ellipsis,
    /// Lucide `download`.
    Download,
    /// Lucide `upload`.
    Upload,
    /// Lucide `moon`.
    Moon,
    /// Lucide `sun`.
    Sun,
    /// Lucide `menu`.
    Menu,
    /// Lucide `mail`.
    Mail,
    /// Lucide `smartphone`.
    Smartphone,
    /// Lucide `monitor`.
    Monitor,
    /// Lucide `message-circle`.
    MessageCircle,
    /// Lucide `shield-check`.
    ShieldCheck,
    /// Lucide `ban`.
    Ban,
    /// Lucide `tag`.
    Tag,
    /// Lucide `columns-3`.
    Columns3,
    /// Lucide `refresh-cw`.
    RefreshCw,
    /// Lucide `external-link`.
    ExternalLink,
    /// Lucide `link`.
    Link,
    /// Lucide `log-out`.
    LogOut,
    /// Lucide `lock`.
    Lock,
    /// Lucide `key`.
    Key,
    /// Lucide `globe`.
    Globe,
    /// Lucide `file-text`.
    FileText,
    /// Lucide `image`.
    Image,
    /// Lucide `shopping-bag`.
    ShoppingBag,
    /// Lucide `shopping-cart`.
    ShoppingCart,
    /// Lucide `ticket`.
    Ticket,
    /// Lucide `package`.
    Package,
    /// Lucide `user`.
    User,
    /// Lucide `user-plus`.
    UserPlus,
    /// Lucide `store`.
    Store,
    /// Lucide `mouse-pointer-click`.
    MousePointerClick,
    /// Lucide `badge-check`.
    BadgeCheck,
    /// Lucide `flag`.
    Flag,
    /// Lucide `split`.
    Split,
    /// Lucide `wand-sparkles`.
    WandSparkles,
    /// Lucide `code`.
    Code,
    /// Lucide `git-branch`.
    GitBranch,
    /// Lucide `zap`.
    Zap,
    /// Lucide `inbox`.
    Inbox,
    /// Lucide `history`.
    History,
    /// Lucide `mail-x`.
    MailX,
    /// Lucide `mail-open`.
    MailOpen,
    /// Lucide `table`.
    Table,
    /// Lucide `chart-line`.
    ChartLine,
    /// Lucide `languages`.
    Languages,
    /// Lucide `keyboard`.
    Keyboard,
    /// Lucide `list`.
    List,
    /// Lucide `circle-help`.
    CircleHelp,
    /// Lucide `save`.
    Save,
    /// Lucide `grip-vertical`.
    GripVertical,
}

impl Icon {
    /// Every icon, for the gallery.
    pub const ALL: &[Self] = &[
        Self::House,
        Self::Users,
        Self::Funnel,
        Self::Send,
        Self::Layers,
        Self::ChartColumn,
        Self::Settings,
        Self::Search,
        Self::Bell,
        Self::ChevronDown,
        Self::ChevronRight,
        Self::ChevronLeft,
        Self::ChevronUp,
        Self::Plus,
        Self::X,
        Self::Check,
        Self::Minus,
        Self::ArrowUp,
        Self::ArrowDown,
        Self::ArrowRight,
        Self::Info,
        Self::CircleAlert,
        Self::TriangleAlert,
        Self::CircleCheck,
        Self::CirclePause,
        Self::CircleStop,
        Self::Clock,
        Self::Calendar,
        Self::LoaderCircle,
        Self::Play,
        Self::Pause,
        Self::Pencil,
        Self::Trash2,
        Self::Copy,
        Self::Eye,
        Self::Ellipsis,
        Self::Download,
        Self::Upload,
        Self::Moon,
        Self::Sun,
        Self::Menu,
        Self::Mail,
        Self::Smartphone,
        Self::Monitor,
        Self::MessageCircle,
        Self::ShieldCheck,
        Self::Ban,
        Self::Tag,
        Self::Columns3,
        Self::RefreshCw,
        Self::ExternalLink,
        Self::Link,
        Self::LogOut,
        Self::Lock,
        Self::Key,
        Self::Globe,
        Self::FileText,
        Self::Image,
        Self::ShoppingBag,
        Self::ShoppingCart,
        Self::Ticket,
        Self::Package,
        Self::User,
        Self::UserPlus,
        Self::Store,
        Self::MousePointerClick,
        Self::BadgeCheck,
        Self::Flag,
        Self::Split,
        Self::WandSparkles,
        Self::Code,
        Self::GitBranch,
        Self::Zap,
        Self::Inbox,
        Self::History,
        Self::MailX,
        Self::MailOpen,
        Self::Table,
        Self::ChartLine,
        Self::Languages,
        Self::Keyboard,
        Self::List,
        Self::CircleHelp,
        Self::Save,
        Self::GripVertical,
    ];

    /// Draws the icon at 16 px, hidden from assistive technology: the word beside it carries the meaning.
    pub fn view(self) -> impl IntoView + use<> {
        view! { <svg class="i" viewBox="0 0 24 24" aria-hidden="true" inner_html=body(self)></svg> }
    }

    /// Draws the icon at 14 px.
    pub fn small(self) -> impl IntoView + use<> {
        view! { <svg class="i i-s" viewBox="0 0 24 24" aria-hidden="true" inner_html=body(self)></svg> }
    }
}

/// The knot of the brand, one strand in the colour of the thread.
#[component]
pub fn Knot() -> impl IntoView {
    view! {
        <svg class="knot" viewBox="0 0 24 24" aria-hidden="true">
            <path d=KNOT></path>
        </svg>
    }
}
