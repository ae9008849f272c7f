// What clients ask for: one plain struct per command. Unknown attributes and elements are ignored; a missing or malformed part
// that a command needs makes it Malformed.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "reference-server/proto/utc_time.hpp"
#include "reference-server/proto/xccos_words.hpp"
#include "reference-server/proto/xml.hpp"
#include "reference-server/result.hpp"

namespace poolcast::proto {

// --- sign-in ---

// cmd:requri [V]: which node serves me?
struct RequestNode {
  bool operator==(const RequestNode&) const = default;
};
// cmd:getserverinfo [S, P]: `sib domain infoType`
struct GetServerInfo {
  std::string domain;
  std::uint64_t info_type = 123;
  bool operator==(const GetServerInfo&) const = default;
};
// cmd:getassociations: the rooms in which the caller has a role, sent twice at sign-in, for member and for manager [P]; the shape
// `association domain type maxResults` is ours [D].
struct GetAssociations {
  Role role = Role::member;
  std::optional<std::uint32_t> max_results;
  bool operator==(const GetAssociations&) const = default;
};
// cmd:getinv [V]: `inv inviteId domain`; invitations newer than the id
struct GetInvitations {
  std::uint64_t after_id = 0;
  bool operator==(const GetInvitations&) const = default;
};
// cmd:getpref [S]: `pref label seqid createdefault content`; content is base64, kept as it came
struct GetPreference {
  std::string label;
  bool create_default = false;
  bool operator==(const GetPreference&) const = default;
};
// cmd:setpref [S]
struct SetPreference {
  std::string label;
  std::uint64_t seqid = 0;
  std::string content;
  bool operator==(const SetPreference&) const = default;
};

// --- rooms ---

// cmd:chansrch [V]: `qib qtype criteria extended`; the further filters are the SDK's [P] under attribute names of ours [D]:
// member manager category addin disabled visibility behavior invite mine maxResults.
struct RoomSearch {
  enum class By : std::uint8_t { name, category, mine };  // qtype BYNAME [V], BYCATEGORY, MYROOMS [D]
  By by = By::name;
  std::string criteria;   // words, all of which must occur; empty finds all
  bool extended = false;  // look into descriptions too
  std::string member;     // SIP URI, or empty
  std::string manager;    // SIP URI, or empty
  std::optional<CategoryAddress> category;
  std::optional<bool> disabled;
  std::optional<Privacy> privacy;
  std::optional<Behavior> behavior;
  std::optional<bool> invitations;
  std::optional<std::uint32_t> max_results;
  bool operator==(const RoomSearch&) const = default;
};
// cmd:join [V]: `chanid key domain value`
struct Join {
  RoomAddress room;
  bool operator==(const Join&) const = default;
};
// cmd:bjoin [V]: many of them, in the order of their appearance
struct BatchJoin {
  std::vector<RoomAddress> rooms;
  bool operator==(const BatchJoin&) const = default;
};
// cmd:part [V]: `chanib uri`
struct Part {
  RoomAddress room;
  bool operator==(const Part&) const = default;
};

// --- messages ---

// grpchat [V]. The client's author and ts are not read: the server knows both.
struct Post {
  RoomAddress room;
  std::string text;         // lines separated by CRLF where they came so
  std::string rich_text;    // `rtf` [M], or empty
  std::string story_title;  // `title` [D], or empty; a story has the larger size limit
  std::string client_id;    // `msgid` [D]: the client's own id of the post, the key against storing it twice; or empty
  bool alert = false;       // high priority [M]
  bool operator==(const Post&) const = default;
};

// What part of the history of rooms: bccontext [V], bcbydate and bcbymsg [M] with one set of parts `bcq` [V for last@cnt, D
// else].
struct HistoryQuery {
  enum class Order : std::uint8_t { oldest_first, newest_first };
  std::vector<RoomAddress> rooms;       // at least one, except in a search, where none means all rooms the caller is in
  std::optional<std::uint32_t> last;    // `last cnt`: the newest N, or the N before the anchor
  std::optional<std::uint32_t> next;    // `next cnt`: the N after the anchor
  std::optional<std::uint64_t> anchor;  // `msgid value`: a message id; then the dates do not count [P]
  std::optional<UtcTime> begin, end;    // `sdate value`, `edate value`: either may be missing
  std::string text;                     // `text`: words or a phrase; empty for no search
  bool phrase = false;                  // `text@mt` = PHRASE, else ALL
  bool match_case = false;              // `text@matchcase`
  std::vector<std::string> authors;     // `author uri`, repeated: SIP URIs
  std::optional<std::uint32_t> limit;   // `limit cnt`: results per room
  Order order = Order::oldest_first;    // `order value` = ASC or DESC
  bool operator==(const HistoryQuery&) const = default;
};
struct GetHistory {
  enum class Command : std::uint8_t { context, by_date, by_message };  // the reply repeats the name
  Command command = Command::context;
  HistoryQuery query;
  bool operator==(const GetHistory&) const = default;
};

// --- files ---

// cmd:getfutok, cmd:getfdtok [P]: `ftdb channelUri fileUrl`
struct GetFileToken {
  enum class Direction : std::uint8_t { upload, download };
  Direction direction = Direction::upload;
  RoomAddress room;
  std::string file;
  bool operator==(const GetFileToken&) const = default;
};

// --- management; names and shapes are ours [D] unless marked ---

// cmd:nodespermcreatechild [S]: the categories in which the caller may create rooms
struct GetCreatableCategories {
  bool operator==(const GetCreatableCategories&) const = default;
};

// What a room is given or changed to; what is absent stays as it is.
struct RoomSettings {
  std::optional<std::string> name, description, topic;
  std::optional<Privacy> privacy;
  std::optional<Behavior> behavior;
  std::optional<bool> invitations, file_upload, logged;
  std::optional<std::uint64_t> version;  // of the room as the caller knows it; another one now is a conflict
  bool operator==(const RoomSettings&) const = default;
};
struct RoleChange {
  Role role = Role::member;
  std::vector<std::string> add, remove;  // SIP URIs
  bool operator==(const RoleChange&) const = default;
};
// cmd:chancreate: `chanib name description topic parent behavior visibility invite filepost logged`, inside it `role key` with
// `add uri`
struct CreateRoom {
  CategoryAddress category;
  RoomSettings settings;
  std::vector<RoleChange> roles;
  bool operator==(const CreateRoom&) const = default;
};
// cmd:chanmodify: the same with `uri`
struct ChangeRoom {
  RoomAddress room;
  RoomSettings settings;
  bool operator==(const ChangeRoom&) const = default;
};
// cmd:chanenable, cmd:chandisable: `chanib uri`
struct EnableRoom {
  RoomAddress room;
  bool enabled = true;
  bool operator==(const EnableRoom&) const = default;
};
// cmd:getroles: `chanib uri`; details and role lists of a room
struct GetRoles {
  RoomAddress room;
  bool operator==(const GetRoles&) const = default;
};
// cmd:setroles: `chanib uri`, inside it `role key` with `add uri` and `remove uri`
struct ChangeRoles {
  RoomAddress room;
  std::vector<RoleChange> changes;
  bool operator==(const ChangeRoles&) const = default;
};
// cmd:findprincipals: `qib criteria maxResults` and, to ask who may become member of a room, `chanib uri`
struct FindPrincipals {
  std::string criteria;
  std::optional<RoomAddress> room;
  std::optional<std::uint32_t> max_results;
  bool operator==(const FindPrincipals&) const = default;
};

struct CategorySettings {
  std::optional<std::string> name, description;
  std::optional<bool> invitations, file_upload, logged;  // defaults and ceilings of its rooms
  std::optional<std::uint64_t> version;
  bool operator==(const CategorySettings&) const = default;
};
// cmd:catcreate: `catib name description invite filepost logged parent`, inside it `role key` (ALLOWED, CREATOR) with `add uri`
struct CreateCategory {
  std::optional<CategoryAddress> parent;  // absent: the root
  CategorySettings settings;
  std::vector<RoleChange> roles;
  bool operator==(const CreateCategory&) const = default;
};
// cmd:getcat: `catib uri`; without it all categories
struct GetCategories {
  std::optional<CategoryAddress> category;
  bool operator==(const GetCategories&) const = default;
};
// cmd:catmodify: as catcreate with `uri`, and `remove uri` in its roles
struct ChangeCategory {
  CategoryAddress category;
  CategorySettings settings;
  std::vector<RoleChange> roles;
  bool operator==(const ChangeCategory&) const = default;
};

// --- what is not understood ---

struct UnknownCommand {
  bool operator==(const UnknownCommand&) const = default;
};
struct Malformed {
  std::string why;  // a sentence for people
  bool operator==(const Malformed&) const = default;
};

using Command = std::variant<UnknownCommand, Malformed, RequestNode, GetServerInfo, GetAssociations, GetInvitations,
                             GetPreference, SetPreference, RoomSearch, Join, BatchJoin, Part, Post, GetHistory, GetFileToken,
                             GetCreatableCategories, CreateRoom, ChangeRoom, EnableRoom, GetRoles, ChangeRoles, FindPrincipals,
                             CreateCategory, GetCategories, ChangeCategory>;

// One `cmd` or `grpchat` of an envelope.
struct Request {
  std::string name;  // of `cmd:join`: `join`; of a post: `grpchat`
  std::uint64_t seqid = 1;
  Command command;
  bool operator==(const Request&) const = default;
};

struct Envelope {
  std::uint64_t envid = 0;
  std::vector<Request> requests;  // at least one; a post is alone in its envelope
  bool operator==(const Envelope&) const = default;
};

// A body. An error means that not even the envelope can be read: answer the INFO with 400 and, for clients that look,
// append_unreadable(). At most 16 requests in one envelope [D].
Result<Envelope> parse_xccos(std::string_view body, const XmlLimits& limits = {});

// A request with the name its command has on the wire; UnknownCommand and Malformed have none.
Request make_request(Command command, std::uint64_t seqid = 1);

// Writes what parse_xccos() reads: for the load generator and the tests.
void append_envelope(std::string& out, const Envelope& envelope);

}  // namespace poolcast::proto
