// What is deployed where: sites, Front End pools, Persistent Chat pools, databases with mirror and witness, links.
// Plain values; names refer to names. `domain/limits` says what is supported, `domain/scenario.hpp` what is consistent.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/describe.hpp"
#include "domain/ids.hpp"
#include "domain/units.hpp"

namespace poolcast {

enum class Edition { standard, enterprise };
template <>
struct EnumNames<Edition> {
  static constexpr std::array<std::string_view, 2> names{"standard", "enterprise"};
};

enum class SqlEdition { express, standard, enterprise };
template <>
struct EnumNames<SqlEdition> {
  static constexpr std::array<std::string_view, 3> names{"express", "standard", "enterprise"};
};

// What a database holds; the first two are the chat pool's own (mgc and mgccomp), the others may share its instance.
enum class Holds { content, compliance, front_end, monitoring, archiving };
template <>
struct EnumNames<Holds> {
  static constexpr std::array<std::string_view, 5> names{"content", "compliance", "front_end", "monitoring", "archiving"};
};

// How a database is kept available. `always_on` can be written down so that a rule can refuse it with its source.
enum class AvailabilityMode { none, high_safety, high_performance, failover_cluster, always_on };
template <>
struct EnumNames<AvailabilityMode> {
  static constexpr std::array<std::string_view, 5> names{"none", "high_safety", "high_performance", "failover_cluster",
                                                         "always_on"};
};

// Whether a pool was created to be widened; a single_computer pool can never take a second server (S-ADD).
enum class PoolGrowth { single_computer, multiple_computer };
template <>
struct EnumNames<PoolGrowth> {
  static constexpr std::array<std::string_view, 2> names{"single_computer", "multiple_computer"};
};

// Defaults are the documented reference machine: 2 sockets of 6 cores at 2.26 GHz, 32 GB, 8 disks, 72 GB free, 1 Gb/s
// (Server requirements for Skype for Business Server 2015).
struct Hardware {
  HardwareId name;
  Count cores = 12;
  Frequency clock{2.26e9};
  Bytes memory{32e9};
  Count disks = 8;
  Bytes free_disk{72e9};
  Bandwidth network{1e9 / 8};
  double speed = 1;
  bool operator==(const Hardware&) const = default;
};
template <Describes<Hardware> Self, class Visitor>
void describe(Self& self, Visitor&& visit) {
  visit("name", self.name, "What pools and instances call this kind of machine.", required);
  visit("cores", self.cores, "Processor cores.", between(1, 1024));
  visit("clock", self.clock, "Clock of one core.", positive);
  visit("memory", self.memory, "Main memory.", positive);
  visit("disks", self.disks, "Disks of the kind that the vendor asks for.", not_negative);
  visit("free_disk", self.free_disk, "Free disk space for data.", not_negative);
  visit("network", self.network, "Speed of the network interface.", positive);
  visit("speed", self.speed, "Speed of one core as a multiple of the reference machine; every CPU cost is divided by it.",
        positive);
}

struct Site {
  SiteId name;
  std::string domain = "corp.example";
  std::string time_zone = "UTC";
  bool operator==(const Site&) const = default;
};
template <Describes<Site> Self, class Visitor>
void describe(Self& self, Visitor&& visit) {
  visit("name", self.name, "What other keys call this site.", required);
  visit("domain", self.domain, "Active Directory domain of the machines in this site.");
  visit("time_zone", self.time_zone, "IANA name of the time zone of the machines in this site.");
}

struct FrontEndPool {
  PoolId name;
  Edition edition = Edition::enterprise;
  SiteId site;
  Count servers = 1;
  HardwareId hardware{"reference-2015"};
  bool operator==(const FrontEndPool&) const = default;
};
template <Describes<FrontEndPool> Self, class Visitor>
void describe(Self& self, Visitor&& visit) {
  visit("name", self.name, "What chat pools call this pool; its servers are NAME-1, NAME-2 and so on.", required);
  visit("edition", self.edition, "Edition of the Front End servers.");
  visit("site", self.site, "Where the pool stands.", required);
  visit("servers", self.servers, "Number of Front End servers.", between(1, 100));
  visit("hardware", self.hardware, "Kind of machine.");
}

// What differs from the pool for one chat server: a stretched pool places it in another site.
struct ChatServer {
  NodeId name;
  std::optional<SiteId> site;
  std::optional<HardwareId> hardware;
  std::optional<std::string> domain;
  std::optional<std::string> time_zone;
  bool virtualised = false;
  bool multi_homed = false;
  bool operator==(const ChatServer&) const = default;
};
template <Describes<ChatServer> Self, class Visitor>
void describe(Self& self, Visitor&& visit) {
  visit("name", self.name, "One of the pool's active or standby servers.", required);
  visit("site", self.site, "Site of this server, if not the pool's (a stretched pool).");
  visit("hardware", self.hardware, "Kind of machine, if not the pool's.");
  visit("domain", self.domain, "Active Directory domain, if not the site's.");
  visit("time_zone", self.time_zone, "Time zone, if not the site's.");
  visit("virtualised", self.virtualised, "Whether it runs in a virtual machine.");
  visit("multi_homed", self.multi_homed, "Whether it has more than one network address.");
}

struct ChatPool {
  PoolId name;
  SiteId site;
  PoolId next_hop;
  std::vector<NodeId> active;
  std::vector<NodeId> standby;
  std::vector<ChatServer> servers;
  HardwareId hardware{"reference-2015"};
  bool collocated = false;
  PoolGrowth growth = PoolGrowth::multiple_computer;
  bool compliance = false;
  Count default_chat_history = 30;           // messages; S-OPT
  Bytes max_file_size{20'000e3};             // S-OPT: 20,000 KB
  Count participant_update_limit = 75;       // S-OPT: no roster updates above it
  Seconds compliance_run_interval{15 * 60};  // S-OPT
  Count sip_port = 5041;                     // S-ADD
  Count wcf_port = 8011;                     // SEED; S-PORT prints 881
  std::optional<Share> users;
  bool operator==(const ChatPool&) const = default;
};
template <Describes<ChatPool> Self, class Visitor>
void describe(Self& self, Visitor&& visit) {
  visit("name", self.name, "What databases and faults call this pool.", required);
  visit("site", self.site, "Where the pool stands; servers may differ (`servers`).", required);
  visit("next_hop", self.next_hop, "Front End pool that routes to this pool.", required);
  visit("active", self.active, "Servers that accept connections.", required & between(0, 1000));
  visit("standby", self.standby, "Servers that can be activated.", between(0, 1000));
  visit("servers", self.servers, "What differs from the pool for single servers.", between(0, 1000));
  visit("hardware", self.hardware, "Kind of machine.");
  visit("collocated", self.collocated, "Whether the chat service runs on the Front End server itself.");
  visit("growth", self.growth, "How the pool was created; a single-computer pool never takes a second server.");
  visit("compliance", self.compliance, "Whether the compliance service records every event.");
  visit("default_chat_history", self.default_chat_history, "Messages of a room that a server keeps in memory.", between(0, 1e6));
  visit("max_file_size", self.max_file_size, "Largest file that can be uploaded.", not_negative);
  visit("participant_update_limit", self.participant_update_limit, "Rooms with more participants send no roster updates.",
        not_negative);
  visit("compliance_run_interval", self.compliance_run_interval, "How often the compliance adapter runs.", positive);
  visit("sip_port", self.sip_port, "Port between Front End and chat servers.", between(1, 65535));
  visit("wcf_port", self.wcf_port, "Port between the chat servers of the pool.", between(1, 65535));
  visit("users", self.users, "Share of the workload's users that this pool carries; pools without one share the rest evenly.");
}

struct SqlInstance {
  NodeId name;
  std::optional<SiteId> site;
  SqlEdition edition = SqlEdition::standard;
  Count version = 2014;
  HardwareId hardware{"reference-2015"};
  std::optional<Bytes> log_disk{};
  std::vector<Holds> also_holds;
  std::optional<std::string> domain;
  std::vector<NodeId> cluster{};
  bool operator==(const SqlInstance&) const = default;
};
template <Describes<SqlInstance> Self, class Visitor>
void describe(Self& self, Visitor&& visit) {
  visit("name", self.name, "What databases call this instance. An instance that is not listed has the defaults below.", required);
  visit("site", self.site, "Where it stands, if not where the pool stands.");
  visit("edition", self.edition, "SQL Server edition.");
  visit("version", self.version, "SQL Server version by its year.", between(2000, 2100));
  visit("hardware", self.hardware, "Kind of machine.");
  visit("log_disk", self.log_disk, "Room for the log of a database, if not all of the machine's free disk.", positive);
  visit("also_holds", self.also_holds, "Databases of other roles on the same instance.", between(0, 100));
  visit("domain", self.domain, "Active Directory domain, if not the site's.");
  visit("cluster", self.cluster,
        "Its two machines, if it is a failover cluster: the first runs it, the second takes over, on storage that both reach. "
        "`name` is then the name that clients connect to, and of no machine.",
        between(0, 2));
}

// SQL Server Agent's jobs are not used with shorter intervals, which would only make runs long.
inline constexpr Constraint at_least_a_minute{.at_least = 60};

struct LogShipping {
  NodeId secondary;
  std::optional<NodeId> secondary_mirror;
  std::optional<NodeId> secondary_witness{};
  Seconds backup_interval{15 * 60};   // assumption O-7
  Seconds copy_interval{15 * 60};     // assumption O-7
  Seconds restore_interval{15 * 60};  // assumption O-7
  Seconds restore_delay{0};           // S-CFG
  bool operator==(const LogShipping&) const = default;
};
template <Describes<LogShipping> Self, class Visitor>
void describe(Self& self, Visitor&& visit) {
  visit("secondary", self.secondary, "SQL instance that restores the shipped log.", required);
  visit("secondary_mirror", self.secondary_mirror, "Mirror of the secondary.");
  visit("secondary_witness", self.secondary_witness, "Witness of the secondary and its mirror.");
  visit("backup_interval", self.backup_interval, "How often the log is backed up; at least 1 min.", at_least_a_minute);
  visit("copy_interval", self.copy_interval, "How often backups are copied; at least 1 min.", at_least_a_minute);
  visit("restore_interval", self.restore_interval, "How often copies are restored; at least 1 min.", at_least_a_minute);
  visit("restore_delay", self.restore_delay, "How long a copy waits before it is restored.", not_negative);
}

struct Database {
  Holds holds = Holds::content;
  std::optional<PoolId> pool;
  NodeId principal;
  std::optional<NodeId> mirror;
  std::optional<NodeId> witness;
  AvailabilityMode mode = AvailabilityMode::none;
  Seconds partner_timeout{10};  // SQL Server, "Possible Failures During Database Mirroring"
  std::optional<LogShipping> log_shipping;
  std::optional<Bytes> size{};
  std::optional<Seconds> backup_interval{};
  bool operator==(const Database&) const = default;
};
template <Describes<Database> Self, class Visitor>
void describe(Self& self, Visitor&& visit) {
  visit("holds", self.holds, "What the database is for.", required);
  visit("pool", self.pool, "Chat pool that it belongs to; may be left out when there is only one.");
  visit("principal", self.principal, "SQL instance that serves it.", required);
  visit("mirror", self.mirror, "SQL instance that keeps the copy.");
  visit("witness", self.witness, "SQL instance that votes on who is principal.");
  visit("mode", self.mode, "How it is kept available.");
  // ALTER DATABASE: less than 5 s is taken as 5 s.
  visit(
      "partner_timeout", self.partner_timeout,
      "How long a partner or the witness may be silent before the others take it for lost; in high-performance mode always 10 s.",
      between(5, 86400));
  visit("log_shipping", self.log_shipping, "Shipping of its log to another site.");
  visit("size", self.size, "How large it is at the beginning; without it, 40 GB: 48 working days of the performance user model.",
        not_negative);
  visit(
      "backup_interval", self.backup_interval,
      "How often it is backed up to where the loss of its machines does no harm; without it, the last backup is from before; at "
      "least 1 min.",
      at_least_a_minute);
}

struct FileStore {
  NodeId server;
  std::optional<SiteId> site;
  bool replicated = false;
  bool local_path = false;
  bool operator==(const FileStore&) const = default;
};
template <Describes<FileStore> Self, class Visitor>
void describe(Self& self, Visitor&& visit) {
  visit("server", self.server, "Machine that holds the uploaded files.", required);
  visit("site", self.site, "Where it stands, if not where the first chat pool stands.");
  visit("replicated", self.replicated, "Whether the share is replicated to another site.");
  visit("local_path", self.local_path, "Whether the pool reaches it by a local path and not by a UNC path.");
}

// Exactly one of `within` and `between` is given.
struct Link {
  std::optional<SiteId> within;
  std::vector<SiteId> between;
  Seconds latency{200e-6};
  Bandwidth bandwidth{1e9 / 8};
  bool operator==(const Link&) const = default;
};
template <Describes<Link> Self, class Visitor>
void describe(Self& self, Visitor&& visit) {
  visit("within", self.within, "Site whose machines this network joins.");
  visit("between", self.between, "The two sites that this link joins.", between(0, 2));
  visit("latency", self.latency, "One-way latency.", not_negative);
  visit("bandwidth", self.bandwidth, "Speed of the link.", positive);
}

// A value that is not written in the scenario but looked up where the node runs. Exactly one member is given.
struct Secret {
  std::optional<std::string> file;
  std::optional<std::string> variable;
  bool operator==(const Secret&) const = default;
};
template <Describes<Secret> Self, class Visitor>
void describe(Self& self, Visitor&& visit) {
  visit("file", self.file, "File whose first line is the secret.");
  visit("variable", self.variable, "Environment variable that holds the secret.");
}

// Where a node really runs; the simulator ignores it, the reference server and its load generator read it.
struct Deployment {
  NodeId node;
  std::optional<std::string> listen;
  std::optional<std::string> odbc;
  std::optional<std::string> certificate;
  std::optional<Secret> private_key;
  std::optional<Secret> database_password;
  std::optional<std::string> link;
  std::optional<std::string> link_authority;
  std::optional<std::string> link_certificate;
  std::optional<Secret> link_private_key;
  bool operator==(const Deployment&) const = default;
};
template <Describes<Deployment> Self, class Visitor>
void describe(Self& self, Visitor&& visit) {
  visit("node", self.node, "The machine of the topology that this is about.", required);
  visit("listen", self.listen, "Address and port, such as `127.0.0.1:5061`.");
  visit("odbc", self.odbc, "ODBC connection string, without a password.");
  visit("certificate", self.certificate, "File with the certificate chain (PEM).");
  visit("private_key", self.private_key, "Where the private key is found.");
  visit("database_password", self.database_password, "Where the database password is found.");
  visit("link", self.link, "Address and port for the pool's other nodes, such as `10.0.0.1:8011`; all nodes of a pool need one.");
  visit("link_authority", self.link_authority,
        "File with the certificate authority (PEM) that signs the certificates of the pool's nodes and nobody else's.");
  visit("link_certificate", self.link_certificate,
        "File with the certificate chain (PEM) shown to the pool's other nodes, if not `certificate`; it names the node.");
  visit("link_private_key", self.link_private_key, "Where the key of `link_certificate` is found.");
}

struct Topology {
  std::string name;
  std::string product = "skype-for-business-2015";
  std::vector<Hardware> hardware;
  std::vector<Site> sites;
  std::vector<FrontEndPool> front_end_pools;
  std::vector<ChatPool> chat_pools;
  std::vector<SqlInstance> sql_instances;
  std::vector<Database> databases;
  std::optional<FileStore> file_store;
  std::vector<Link> links;
  std::vector<Deployment> deployment;
  bool operator==(const Topology&) const = default;
};
template <Describes<Topology> Self, class Visitor>
void describe(Self& self, Visitor&& visit) {
  visit("name", self.name, "What the topology is called in reports.");
  visit("product", self.product, "Profile whose rules, limits and defaults apply.");
  visit("hardware", self.hardware, "Kinds of machine; `reference-2015` is there without being listed.", between(0, 100));
  visit("sites", self.sites, "Places that are lost as a whole.", required & between(1, 100));
  visit("front_end_pools", self.front_end_pools, "Pools of Front End servers.", required & between(1, 100));
  visit("chat_pools", self.chat_pools, "Pools of Persistent Chat servers.", required & between(1, 100));
  visit("sql_instances", self.sql_instances, "SQL Server instances that differ from the defaults.", between(0, 1000));
  visit("databases", self.databases, "Databases of the chat pools.", required & between(0, 1000));
  visit("file_store", self.file_store, "Share that holds uploaded files.");
  visit("links", self.links, "Networks within and between sites.", between(0, 1000));
  visit("deployment", self.deployment, "Where each node really runs; the simulator ignores it.", between(0, 1000));
}

// Look-ups by name; nullptr when there is none.
const Site* find_site(const Topology& topology, const SiteId& name);
const FrontEndPool* find_front_end_pool(const Topology& topology, const PoolId& name);
const ChatPool* find_chat_pool(const Topology& topology, const PoolId& name);
const SqlInstance* find_sql_instance(const Topology& topology, const NodeId& name);
const ChatServer* find_chat_server(const ChatPool& pool, const NodeId& name);

// The kind of machine of that name; `reference-2015` is known without being listed; nullptr when there is none.
const Hardware* find_hardware(const Topology& topology, const HardwareId& name);

// The database that holds this for the pool; a database without a pool belongs to the only one. nullptr when there is none.
const Database* find_database(const Topology& topology, const ChatPool& pool, Holds holds);

// Where a chat server stands: its own site or the pool's.
const SiteId& site_of(const ChatPool& pool, const NodeId& server);

// The room for the log on a SQL instance.
Bytes log_disk_of(const Topology& topology, const NodeId& instance);

// The latency and bandwidth between two sites (or within one). A pair without a link has the defaults of Link.
const Link& link_between(const Topology& topology, const SiteId& a, const SiteId& b);

// Names of the servers of a Front End pool: NAME-1, NAME-2, …
std::vector<NodeId> front_end_servers(const FrontEndPool& pool);

// Every machine that a fault or a deployment may name, in the order of the file.
std::vector<NodeId> all_nodes(const Topology& topology);

// Whether a SQL instance can run on a machine: it is the machine, or has it as a node of its cluster.
bool can_run_on(const Topology& topology, const NodeId& instance, const NodeId& machine);

// Where a machine stands; a SQL instance without a site stands where the chat pool of its database does. None when there is no
// such machine.
std::optional<SiteId> site_of(const Topology& topology, const NodeId& machine);

// The machines that a name stands for: a machine, the servers of a Front End or chat pool, the nodes of a clustered SQL
// instance, all machines of a site; in the order
// of the file, none when the name means nothing. The databases of a chat pool are no part of it.
std::vector<NodeId> machines_of(const Topology& topology, std::string_view name);
// Each once, of all the names.
std::vector<NodeId> machines_of(const Topology& topology, const Names& names);

}  // namespace poolcast
