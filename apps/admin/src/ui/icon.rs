//! Lucide icons (ISC licence), only those in use, drawn inline so that they take the colour of their text.
//!
//! To add one, copy the inner markup of the icon of the same name from lucide and add a variant; `body` is the one
//! place where raw markup enters the page, and it holds constants only.

use leptos::prelude::*;

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

    const fn body(self) -> &'static str {
        match self {
            Self::House => r#"<path d="M15 21v-8a1 1 0 0 0-1-1h-4a1 1 0 0 0-1 1v8"/><path d="M3 10a2 2 0 0 1 .709-1.528l7-6a2 2 0 0 1 2.582 0l7 6A2 2 0 0 1 21 10v9a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2z"/>"#,
            Self::Users => r#"<path d="M16 21v-2a4 4 0 0 0-4-4H6a4 4 0 0 0-4 4v2"/><path d="M16 3.128a4 4 0 0 1 0 7.744"/><path d="M22 21v-2a4 4 0 0 0-3-3.87"/><circle cx="9" cy="7" r="4"/>"#,
            Self::Funnel => r#"<path d="M10 20a1 1 0 0 0 .553.895l2 1A1 1 0 0 0 14 21v-7a2 2 0 0 1 .517-1.341L21.74 4.67A1 1 0 0 0 21 3H3a1 1 0 0 0-.742 1.67l7.225 7.989A2 2 0 0 1 10 14z"/>"#,
            Self::Send => r#"<path d="M14.536 21.686a.5.5 0 0 0 .937-.024l6.5-19a.496.496 0 0 0-.635-.635l-19 6.5a.5.5 0 0 0-.024.937l7.93 3.18a2 2 0 0 1 1.112 1.11z"/><path d="m21.854 2.147-10.94 10.939"/>"#,
            Self::Layers => r#"<path d="M12.83 2.18a2 2 0 0 0-1.66 0L2.6 6.08a1 1 0 0 0 0 1.83l8.58 3.91a2 2 0 0 0 1.66 0l8.58-3.9a1 1 0 0 0 0-1.83z"/><path d="M2 12a1 1 0 0 0 .58.91l8.6 3.91a2 2 0 0 0 1.65 0l8.58-3.9A1 1 0 0 0 22 12"/><path d="M2 17a1 1 0 0 0 .58.91l8.6 3.91a2 2 0 0 0 1.65 0l8.58-3.9A1 1 0 0 0 22 17"/>"#,
            Self::ChartColumn => r#"<path d="M3 3v16a2 2 0 0 0 2 2h16"/><path d="M18 17V9"/><path d="M13 17V5"/><path d="M8 17v-3"/>"#,
            Self::Settings => r#"<path d="M9.671 4.136a2.34 2.34 0 0 1 4.659 0 2.34 2.34 0 0 0 3.319 1.915 2.34 2.34 0 0 1 2.33 4.033 2.34 2.34 0 0 0 0 3.831 2.34 2.34 0 0 1-2.33 4.033 2.34 2.34 0 0 0-3.319 1.915 2.34 2.34 0 0 1-4.659 0 2.34 2.34 0 0 0-3.32-1.915 2.34 2.34 0 0 1-2.33-4.033 2.34 2.34 0 0 0 0-3.831A2.34 2.34 0 0 1 6.35 6.051a2.34 2.34 0 0 0 3.319-1.915"/><circle cx="12" cy="12" r="3"/>"#,
            Self::Search => r#"<path d="m21 21-4.34-4.34"/><circle cx="11" cy="11" r="8"/>"#,
            Self::Bell => r#"<path d="M10.268 21a2 2 0 0 0 3.464 0"/><path d="M3.262 15.326A1 1 0 0 0 4 17h16a1 1 0 0 0 .74-1.673C19.41 13.956 18 12.499 18 8A6 6 0 0 0 6 8c0 4.499-1.411 5.956-2.738 7.326"/>"#,
            Self::ChevronDown => r#"<path d="m6 9 6 6 6-6"/>"#,
            Self::ChevronRight => r#"<path d="m9 18 6-6-6-6"/>"#,
            Self::ChevronLeft => r#"<path d="m15 18-6-6 6-6"/>"#,
            Self::ChevronUp => r#"<path d="m18 15-6-6-6 6"/>"#,
            Self::Plus => r#"<path d="M5 12h14"/><path d="M12 5v14"/>"#,
            Self::X => r#"<path d="M18 6 6 18"/><path d="m6 6 12 12"/>"#,
            Self::Check => r#"<path d="M20 6 9 17l-5-5"/>"#,
            Self::Minus => r#"<path d="M5 12h14"/>"#,
            Self::ArrowUp => r#"<path d="m5 12 7-7 7 7"/><path d="M12 19V5"/>"#,
            Self::ArrowDown => r#"<path d="M12 5v14"/><path d="m19 12-7 7-7-7"/>"#,
            Self::ArrowRight => r#"<path d="M5 12h14"/><path d="m12 5 7 7-7 7"/>"#,
            Self::Info => r#"<circle cx="12" cy="12" r="10"/><path d="M12 16v-4"/><path d="M12 8h.01"/>"#,
            Self::CircleAlert => r#"<circle cx="12" cy="12" r="10"/><line x1="12" x2="12" y1="8" y2="12"/><line x1="12" x2="12.01" y1="16" y2="16"/>"#,
            Self::TriangleAlert => r#"<path d="m21.73 18-8-14a2 2 0 0 0-3.48 0l-8 14A2 2 0 0 0 4 21h16a2 2 0 0 0 1.73-3"/><path d="M12 9v4"/><path d="M12 17h.01"/>"#,
            Self::CircleCheck => r#"<circle cx="12" cy="12" r="10"/><path d="m16 9-5.5 5.5L8 12"/>"#,
            Self::CirclePause => r#"<circle cx="12" cy="12" r="10"/><line x1="10" x2="10" y1="15" y2="9"/><line x1="14" x2="14" y1="15" y2="9"/>"#,
            Self::CircleStop => r#"<circle cx="12" cy="12" r="10"/><rect x="9" y="9" width="6" height="6" rx="1"/>"#,
            Self::Clock => r#"<circle cx="12" cy="12" r="10"/><path d="M12 6v6l4 2"/>"#,
            Self::Calendar => r#"<path d="M8 2v3"/><path d="M16 2v3"/><rect x="3" y="3" width="18" height="18" rx="2"/><path d="M3 9h18"/>"#,
            Self::LoaderCircle => r#"<path d="M21 12a9 9 0 1 1-6.219-8.56"/>"#,
            Self::Play => r#"<path d="M5 5a2 2 0 0 1 3.008-1.728l11.997 6.998a2 2 0 0 1 .003 3.458l-12 7A2 2 0 0 1 5 19z"/>"#,
            Self::Pause => r#"<rect x="14" y="3" width="5" height="18" rx="1"/><rect x="5" y="3" width="5" height="18" rx="1"/>"#,
            Self::Pencil => r#"<path d="M21.174 6.812a1 1 0 0 0-3.986-3.987L3.842 16.174a2 2 0 0 0-.5.83l-1.321 4.352a.5.5 0 0 0 .623.622l4.353-1.32a2 2 0 0 0 .83-.497z"/><path d="m15 5 4 4"/>"#,
            Self::Trash2 => r#"<path d="M10 11v6"/><path d="M14 11v6"/><path d="M19 6v14a2 2 0 0 1-2 2H7a2 2 0 0 1-2-2V6"/><path d="M3 6h18"/><path d="M8 6V4a2 2 0 0 1 2-2h4a2 2 0 0 1 2 2v2"/>"#,
            Self::Copy => r#"<rect width="14" height="14" x="8" y="8" rx="2" ry="2"/><path d="M4 16c-1.1 0-2-.9-2-2V4c0-1.1.9-2 2-2h10c1.1 0 2 .9 2 2"/>"#,
            Self::Eye => r#"<path d="M2.062 12.348a1 1 0 0 1 0-.696 10.75 10.75 0 0 1 19.876 0 1 1 0 0 1 0 .696 10.75 10.75 0 0 1-19.876 0"/><circle cx="12" cy="12" r="3"/>"#,
            Self::Ellipsis => r#"<circle cx="12" cy="12" r="1"/><circle cx="19" cy="12" r="1"/><circle cx="5" cy="12" r="1"/>"#,
            Self::Download => r#"<path d="M12 15V3"/><path d="M21 15v4a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2v-4"/><path d="m7 10 5 5 5-5"/>"#,
            Self::Upload => r#"<path d="M12 3v12"/><path d="m17 8-5-5-5 5"/><path d="M21 15v4a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2v-4"/>"#,
            Self::Moon => r#"<path d="M20.985 12.486a9 9 0 1 1-9.473-9.472c.405-.022.617.46.402.803a6 6 0 0 0 8.268 8.268c.344-.215.825-.004.803.401"/>"#,
            Self::Sun => r#"<circle cx="12" cy="12" r="4"/><path d="M12 2v2"/><path d="M12 20v2"/><path d="m4.93 4.93 1.41 1.41"/><path d="m17.66 17.66 1.41 1.41"/><path d="M2 12h2"/><path d="M20 12h2"/><path d="m6.34 17.66-1.41 1.41"/><path d="m19.07 4.93-1.41 1.41"/>"#,
            Self::Menu => r#"<path d="M4 5h16"/><path d="M4 12h16"/><path d="M4 19h16"/>"#,
            Self::Mail => r#"<path d="m22 7-8.991 5.727a2 2 0 0 1-2.009 0L2 7"/><rect x="2" y="4" width="20" height="16" rx="2"/>"#,
            Self::Smartphone => r#"<rect width="14" height="20" x="5" y="2" rx="2" ry="2"/><path d="M12 18h.01"/>"#,
            Self::Monitor => r#"<rect width="20" height="14" x="2" y="3" rx="2"/><line x1="8" x2="16" y1="21" y2="21"/><line x1="12" x2="12" y1="17" y2="21"/>"#,
            Self::MessageCircle => r#"<path d="M2.992 16.342a2 2 0 0 1 .094 1.167l-1.065 3.29a1 1 0 0 0 1.236 1.168l3.413-.998a2 2 0 0 1 1.099.092 10 10 0 1 0-4.777-4.719"/>"#,
            Self::ShieldCheck => r#"<path d="M20 13c0 5-3.5 7.5-7.66 8.95a1 1 0 0 1-.67-.01C7.5 20.5 4 18 4 13V6a1 1 0 0 1 1-1c2 0 4.5-1.2 6.24-2.72a1.17 1.17 0 0 1 1.52 0C14.51 3.81 17 5 19 5a1 1 0 0 1 1 1z"/><path d="m9 12 2 2 4-4"/>"#,
            Self::Ban => r#"<circle cx="12" cy="12" r="10"/><path d="M4.929 4.929 19.07 19.071"/>"#,
            Self::Tag => r#"<path d="M12.586 2.586A2 2 0 0 0 11.172 2H4a2 2 0 0 0-2 2v7.172a2 2 0 0 0 .586 1.414l8.704 8.704a2.426 2.426 0 0 0 3.42 0l6.58-6.58a2.426 2.426 0 0 0 0-3.42z"/><circle cx="7.5" cy="7.5" r=".5" fill="currentColor"/>"#,
            Self::Columns3 => r#"<rect width="18" height="18" x="3" y="3" rx="2"/><path d="M9 3v18"/><path d="M15 3v18"/>"#,
            Self::RefreshCw => r#"<path d="M3 12a9 9 0 0 1 9-9 9.75 9.75 0 0 1 6.74 2.74L21 8"/><path d="M21 3v5h-5"/><path d="M21 12a9 9 0 0 1-9 9 9.75 9.75 0 0 1-6.74-2.74L3 16"/><path d="M8 16H3v5"/>"#,
            Self::ExternalLink => r#"<path d="M15 3h6v6"/><path d="M10 14 21 3"/><path d="M18 13v6a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2V8a2 2 0 0 1 2-2h6"/>"#,
            Self::Link => r#"<path d="M10 13a5 5 0 0 0 7.54.54l3-3a5 5 0 0 0-7.07-7.07l-1.72 1.71"/><path d="M14 11a5 5 0 0 0-7.54-.54l-3 3a5 5 0 0 0 7.07 7.07l1.71-1.71"/>"#,
            Self::LogOut => r#"<path d="m16 17 5-5-5-5"/><path d="M21 12H9"/><path d="M9 21H5a2 2 0 0 1-2-2V5a2 2 0 0 1 2-2h4"/>"#,
            Self::Lock => r#"<rect width="18" height="11" x="3" y="11" rx="2" ry="2"/><path d="M7 11V7a5 5 0 0 1 10 0v4"/>"#,
            Self::Key => r#"<path d="m2 21 9.6-9.6"/><path d="m7.5 15.5 2.3 2.3a1 1 0 0 1 0 1.4l-2.1 2.1a1 1 0 0 1-1.4 0L4 19"/><circle cx="15.5" cy="7.5" r="5.5"/>"#,
            Self::Globe => r#"<circle cx="12" cy="12" r="10"/><path d="M12 2a14.5 14.5 0 0 0 0 20 14.5 14.5 0 0 0 0-20"/><path d="M2 12h20"/>"#,
            Self::FileText => r#"<path d="M6 22a2 2 0 0 1-2-2V4a2 2 0 0 1 2-2h8a2.4 2.4 0 0 1 1.704.706l3.588 3.588A2.4 2.4 0 0 1 20 8v12a2 2 0 0 1-2 2z"/><path d="M14 2v5a1 1 0 0 0 1 1h5"/><path d="M10 9H8"/><path d="M16 13H8"/><path d="M16 17H8"/>"#,
            Self::Image => r#"<rect width="18" height="18" x="3" y="3" rx="2" ry="2"/><circle cx="9" cy="9" r="2"/><path d="m21 15-3.086-3.086a2 2 0 0 0-2.828 0L6 21"/>"#,
            Self::ShoppingBag => r#"<path d="M16 10a4 4 0 0 1-8 0"/><path d="M3.103 6.034h17.794"/><path d="M3.4 5.467a2 2 0 0 0-.4 1.2V20a2 2 0 0 0 2 2h14a2 2 0 0 0 2-2V6.667a2 2 0 0 0-.4-1.2l-2-2.667A2 2 0 0 0 17 2H7a2 2 0 0 0-1.6.8z"/>"#,
            Self::ShoppingCart => r#"<path d="m2.05 2.05 1.099-.028a1 1 0 0 1 1.008.815l2.69 14.347A1 1 0 0 0 7.83 18H18"/><path d="M4.563 5h16.435a1 1 0 0 1 .981 1.204l-1.026 6.226A2 2 0 0 1 18.962 14H6.25"/><circle cx="18" cy="20" r="2"/><circle cx="8" cy="20" r="2"/>"#,
            Self::Ticket => r#"<path d="M2 9a3 3 0 0 1 0 6v2a2 2 0 0 0 2 2h16a2 2 0 0 0 2-2v-2a3 3 0 0 1 0-6V7a2 2 0 0 0-2-2H4a2 2 0 0 0-2 2Z"/><path d="M13 5v2"/><path d="M13 17v2"/><path d="M13 11v2"/>"#,
            Self::Package => r#"<path d="M11 21.73a2 2 0 0 0 2 0l7-4A2 2 0 0 0 21 16V8a2 2 0 0 0-1-1.73l-7-4a2 2 0 0 0-2 0l-7 4A2 2 0 0 0 3 8v8a2 2 0 0 0 1 1.73z"/><path d="M12 22V12"/><polyline points="3.29 7 12 12 20.71 7"/><path d="m7.5 4.27 9 5.15"/>"#,
            Self::User => r#"<path d="M19 21v-2a4 4 0 0 0-4-4H9a4 4 0 0 0-4 4v2"/><circle cx="12" cy="7" r="4"/>"#,
            Self::UserPlus => r#"<path d="M16 21v-2a4 4 0 0 0-4-4H6a4 4 0 0 0-4 4v2"/><circle cx="9" cy="7" r="4"/><line x1="19" x2="19" y1="8" y2="14"/><line x1="22" x2="16" y1="11" y2="11"/>"#,
            Self::Store => r#"<path d="M15 21v-5a1 1 0 0 0-1-1h-4a1 1 0 0 0-1 1v5"/><path d="M17.774 10.31a1.12 1.12 0 0 0-1.549 0 2.5 2.5 0 0 1-3.451 0 1.12 1.12 0 0 0-1.548 0 2.5 2.5 0 0 1-3.452 0 1.12 1.12 0 0 0-1.549 0 2.5 2.5 0 0 1-3.77-3.248l2.889-4.184A2 2 0 0 1 7 2h10a2 2 0 0 1 1.653.873l2.895 4.192a2.5 2.5 0 0 1-3.774 3.244"/><path d="M4 10.95V19a2 2 0 0 0 2 2h12a2 2 0 0 0 2-2v-8.05"/>"#,
            Self::MousePointerClick => r#"<path d="M14 4.1 12 6"/><path d="m5.1 8-2.9-.8"/><path d="m6 12-1.9 2"/><path d="M7.2 2.2 8 5.1"/><path d="M9.037 9.69a.498.498 0 0 1 .653-.653l11 4.5a.5.5 0 0 1-.074.949l-4.349 1.041a1 1 0 0 0-.74.739l-1.04 4.35a.5.5 0 0 1-.95.074z"/>"#,
            Self::BadgeCheck => r#"<path d="M3.85 8.62a4 4 0 0 1 4.78-4.77 4 4 0 0 1 6.74 0 4 4 0 0 1 4.78 4.78 4 4 0 0 1 0 6.74 4 4 0 0 1-4.77 4.78 4 4 0 0 1-6.75 0 4 4 0 0 1-4.78-4.77 4 4 0 0 1 0-6.76Z"/><path d="m16 9-5.5 5.5L8 12"/>"#,
            Self::Flag => r#"<path d="M4 22V4a1 1 0 0 1 .4-.8A6 6 0 0 1 8 2c3 0 5 2 7.333 2q2 0 3.067-.8A1 1 0 0 1 20 4v10a1 1 0 0 1-.4.8A6 6 0 0 1 16 16c-3 0-5-2-8-2a6 6 0 0 0-4 1.528"/>"#,
            Self::Split => r#"<path d="M16 3h5v5"/><path d="M8 3H3v5"/><path d="M12 22v-8.3a4 4 0 0 0-1.172-2.872L3 3"/><path d="m15 9 6-6"/>"#,
            Self::WandSparkles => r#"<path d="m21.64 3.64-1.28-1.28a1.21 1.21 0 0 0-1.72 0L2.36 18.64a1.21 1.21 0 0 0 0 1.72l1.28 1.28a1.2 1.2 0 0 0 1.72 0L21.64 5.36a1.2 1.2 0 0 0 0-1.72"/><path d="m14 7 3 3"/><path d="M5 6v4"/><path d="M19 14v4"/><path d="M10 2v2"/><path d="M7 8H3"/><path d="M21 16h-4"/><path d="M11 3H9"/>"#,
            Self::Code => r#"<path d="m16 18 6-6-6-6"/><path d="m8 6-6 6 6 6"/>"#,
            Self::GitBranch => r#"<path d="M15 6a9 9 0 0 0-9 9V3"/><circle cx="18" cy="6" r="3"/><circle cx="6" cy="18" r="3"/>"#,
            Self::Zap => r#"<path d="M15.914 4a1.5 1.5 0 00-2.474-1.561l-9 9A1.5 1.5 0 005.5 14h4.002a.5.5 0 01.471.666L8.086 20a1.5 1.5 0 002.475 1.56l9-9A1.5 1.5 0 0018.5 10h-3.997a.5.5 0 01-.472-.667z"/>"#,
            Self::Inbox => r#"<polyline points="22 12 16 12 14 15 10 15 8 12 2 12"/><path d="M5.45 5.11 2 12v6a2 2 0 0 0 2 2h16a2 2 0 0 0 2-2v-6l-3.45-6.89A2 2 0 0 0 16.76 4H7.24a2 2 0 0 0-1.79 1.11z"/>"#,
            Self::History => r#"<path d="M3 12a9 9 0 1 0 9-9 9.75 9.75 0 0 0-6.74 2.74L3 8"/><path d="M3 3v5h5"/><path d="M12 7v5l4 2"/>"#,
            Self::MailX => r#"<path d="M22 12.532V6a2 2 0 0 0-2-2H4a2 2 0 0 0-2 2v12a2 2 0 0 0 2 2h8.792"/><path d="m22 7-8.991 5.727a2 2 0 0 1-2.009 0L2 7"/><path d="m16.5 16.5 5 5"/><path d="m21.5 16.5-5 5"/>"#,
            Self::MailOpen => r#"<path d="M21.2 8.4c.5.38.8.97.8 1.6v10a2 2 0 0 1-2 2H4a2 2 0 0 1-2-2V10a2 2 0 0 1 .8-1.6l8-6a2 2 0 0 1 2.4 0l8 6Z"/><path d="m22 10-8.97 5.7a1.94 1.94 0 0 1-2.06 0L2 10"/>"#,
            Self::Table => r#"<path d="M12 3v18"/><rect width="18" height="18" x="3" y="3" rx="2"/><path d="M3 9h18"/><path d="M3 15h18"/>"#,
            Self::ChartLine => r#"<path d="M3 3v16a2 2 0 0 0 2 2h16"/><path d="m19 9-5 5-4-4-3 3"/>"#,
            Self::Languages => r#"<path d="m5 8 6 6"/><path d="m4 14 6-6 2-3"/><path d="M2 5h12"/><path d="M7 2h1"/><path d="m22 22-5-10-5 10"/><path d="M14 18h6"/>"#,
            Self::Keyboard => r#"<path d="M10 8h.01"/><path d="M12 12h.01"/><path d="M14 8h.01"/><path d="M16 12h.01"/><path d="M18 8h.01"/><path d="M6 8h.01"/><path d="M7 16h10"/><path d="M8 12h.01"/><rect width="20" height="16" x="2" y="4" rx="2"/>"#,
            Self::List => r#"<path d="M3 5h.01"/><path d="M3 12h.01"/><path d="M3 19h.01"/><path d="M8 5h13"/><path d="M8 12h13"/><path d="M8 19h13"/>"#,
            Self::CircleHelp => r#"<circle cx="12" cy="12" r="10"/><path d="M9.09 9a3 3 0 0 1 5.83 1c0 2-3 3-3 3"/><path d="M12 17h.01"/>"#,
            Self::Save => r#"<path d="M15.2 3a2 2 0 0 1 1.4.6l3.8 3.8a2 2 0 0 1 .6 1.4V19a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2V5a2 2 0 0 1 2-2z"/><path d="M17 21v-7a1 1 0 0 0-1-1H8a1 1 0 0 0-1 1v7"/><path d="M7 3v4a1 1 0 0 0 1 1h7"/>"#,
            Self::GripVertical => r#"<circle cx="9" cy="12" r="1"/><circle cx="9" cy="5" r="1"/><circle cx="9" cy="19" r="1"/><circle cx="15" cy="12" r="1"/><circle cx="15" cy="5" r="1"/><circle cx="15" cy="19" r="1"/>"#,
        }
    }

    /// Draws the icon at 16 px, hidden from assistive technology: the word beside it carries the meaning.
    pub fn view(self) -> impl IntoView + use<> {
        view! { <svg class="i" viewBox="0 0 24 24" aria-hidden="true" inner_html=self.body()></svg> }
    }

    /// Draws the icon at 14 px.
    pub fn small(self) -> impl IntoView + use<> {
        view! { <svg class="i i-s" viewBox="0 0 24 24" aria-hidden="true" inner_html=self.body()></svg> }
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

const KNOT: &str = "M20.2 21.4C19.98 21.27 19.34 20.85 18.89 20.6C18.45 20.34 18 20.11 17.53 19.88C17.07 19.65 16.6 19.44 16.11 19.22C15.62 19.01 15.12 18.81 14.61 18.6C14.09 18.39 13.61 18.21 13.01 17.98C12.4 17.75 11.73 17.51 10.97 17.21C10.22 16.9 9.28 16.53 8.49 16.14C7.7 15.75 6.93 15.35 6.25 14.88C5.56 14.42 4.92 13.93 4.4 13.36C3.87 12.8 3.42 12.19 3.1 11.5C2.79 10.81 2.59 9.92 2.52 9.21C2.44 8.51 2.53 7.88 2.65 7.3C2.77 6.72 2.97 6.21 3.22 5.73C3.48 5.25 3.8 4.81 4.18 4.42C4.55 4.04 4.98 3.71 5.45 3.45C5.92 3.18 6.45 2.98 7 2.85C7.56 2.73 8.19 2.67 8.78 2.71C9.38 2.75 10.28 3.02 10.58 3.08M13.19 4.9C13.35 5.16 13.91 5.88 14.16 6.45C14.41 7.01 14.6 7.67 14.71 8.28C14.81 8.89 14.8 9.56 14.78 10.1C14.77 10.64 14.7 11.07 14.62 11.53C14.53 11.98 14.41 12.41 14.26 12.8C14.12 13.19 13.94 13.55 13.74 13.84C13.54 14.14 13.3 14.39 13.04 14.57C12.79 14.74 12.48 14.86 12.19 14.89C11.9 14.92 11.56 14.87 11.28 14.75C11 14.63 10.74 14.42 10.52 14.17C10.29 13.92 10.09 13.6 9.92 13.25C9.76 12.9 9.61 12.49 9.5 12.06C9.39 11.63 9.31 11.18 9.26 10.68C9.21 10.19 9.16 9.67 9.21 9.09C9.26 8.5 9.37 7.75 9.57 7.15C9.76 6.55 10.04 5.98 10.38 5.48C10.71 4.98 11.12 4.53 11.57 4.15C12.02 3.77 12.54 3.45 13.08 3.21C13.63 2.98 14.25 2.81 14.84 2.74C15.44 2.67 16.09 2.7 16.66 2.79C17.23 2.88 17.77 3.06 18.26 3.29C18.75 3.53 19.2 3.84 19.59 4.2C19.99 4.56 20.34 4.98 20.62 5.45C20.9 5.91 21.12 6.42 21.27 6.97C21.42 7.51 21.53 8.01 21.5 8.7C21.47 9.39 21.34 10.36 21.08 11.08C20.81 11.8 20.4 12.43 19.91 13.02C19.43 13.61 18.82 14.12 18.16 14.6C17.51 15.08 16.67 15.54 15.98 15.91C15.3 16.27 14.36 16.65 14.04 16.8M10.02 18.35C9.76 18.45 8.98 18.76 8.48 18.97C7.98 19.18 7.5 19.39 7.03 19.61C6.55 19.83 6.1 20.06 5.64 20.3C5.19 20.54 4.62 20.88 4.32 21.07C4.01 21.25 3.89 21.34 3.8 21.4";
