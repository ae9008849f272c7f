#include "reference-server/link/protocol.hpp"

#include <algorithm>
#include <optional>

#include "reference-server/proto/text.hpp"

namespace poolcast::link {

namespace {

constexpr std::size_t head_bytes = 5;  // length and kind

// Bits of a presence.
constexpr std::uint8_t is_present = 1;
constexpr std::uint8_t is_manager = 2;
constexpr std::uint8_t is_presenter = 4;

template <class Number>
void put(std::string& out, Number number) {
  for (std::size_t left = sizeof number; left > 0; --left)
    out += static_cast<char>(static_cast<std::uint8_t>(static_cast<std::uint64_t>(number) >> (8 * (left - 1))));
}

void put_text(std::string& out, std::string_view text) {
  put(out, static_cast<std::uint32_t>(text.size()));
  out += text;
}

void put_fields(std::string& out, const Hello& hello) {
  put(out, hello.version);
  put_text(out, hello.pool);
  put_text(out, hello.node);
  out.append(reinterpret_cast<const char*>(hello.database.bytes.data()), hello.database.bytes.size());
}

void put_fields(std::string& out, const Presence& presence) {
  put(out, store::number(presence.room));
  put(out, store::number(presence.person));
  put(out, static_cast<std::uint8_t>((presence.present ? is_present : 0) | (presence.manager ? is_manager : 0) |
                                     (presence.presenter ? is_presenter : 0)));
}

void put_fields(std::string& out, const store::Message& message, std::string_view client_id) {
  put(out, store::number(message.room));
  put(out, message.seq);
  put(out, store::number(message.sender));
  put(out, message.sent_ms);
  put(out, static_cast<std::uint8_t>(message.kind));
  put_text(out, message.body);
  put_text(out, message.title);
  put_text(out, message.rtf);
  put_text(out, client_id);
}

void put_fields(std::string& /*out*/, const AllTold& /*nothing*/) {}
void put_fields(std::string& out, const Ask& ask) { put(out, ask.number); }
void put_fields(std::string& out, const Answer& answer) { put(out, answer.number); }
void put_fields(std::string& out, const Post& post) { put_fields(out, post.message, post.client_id); }
void put_fields(std::string& out, const Doubt& doubt) { put(out, store::number(doubt.room)); }
void put_fields(std::string& /*out*/, const Changed& /*nothing*/) {}
void put_fields(std::string& out, const Goodbye& goodbye) { put_text(out, goodbye.why); }

// The kind of a message is its place in the variant.
template <class PutFields>
void append_frame(std::string& out, std::size_t kind, PutFields put_them) {
  const std::size_t begin = out.size();
  out.append(4, '\0');
  out += static_cast<char>(kind);
  put_them();
  std::string length;
  put(length, static_cast<std::uint32_t>(out.size() - begin - 4));
  out.replace(begin, 4, length);
}

class Reader {
public:
  explicit Reader(std::string_view bytes) : left_(bytes) {}

  template <class Number>
  Number number() {
    std::uint64_t value = 0;
    const std::string_view bytes = raw(sizeof(Number));
    for (const char byte : bytes) value = (value << 8U) | static_cast<std::uint8_t>(byte);
    return static_cast<Number>(value);
  }

  std::string text(std::size_t longest) {
    const auto size = number<std::uint32_t>();
    if (size > longest) good_ = false;
    const std::string_view bytes = raw(good_ ? size : 0);
    if (!proto::is_utf8(bytes)) good_ = false;
    return std::string(bytes);
  }

  std::string_view raw(std::size_t size) {
    if (size > left_.size()) good_ = false;
    if (!good_) return {};
    const std::string_view bytes = left_.substr(0, size);
    left_.remove_prefix(size);
    return bytes;
  }

  void fail() { good_ = false; }
  bool is_done() const { return good_ && left_.empty(); }

private:
  std::string_view left_;
  bool good_ = true;
};

void get(Reader& from, Hello& hello) {
  hello.version = from.number<std::uint16_t>();
  hello.pool = from.text(longest_name);
  hello.node = from.text(longest_name);
  const std::string_view database = from.raw(hello.database.bytes.size());
  std::ranges::copy(database, hello.database.bytes.begin());
}

void get(Reader& from, Presence& presence) {
  presence.room = store::RoomId{from.number<std::int64_t>()};
  presence.person = store::PrincipalId{from.number<std::int64_t>()};
  const auto flags = from.number<std::uint8_t>();
  if (flags > (is_present | is_manager | is_presenter)) from.fail();
  presence.present = (flags & is_present) != 0;
  presence.manager = (flags & is_manager) != 0;
  presence.presenter = (flags & is_presenter) != 0;
}

void get(Reader& from, Post& post) {
  post.message.room = store::RoomId{from.number<std::int64_t>()};
  post.message.seq = from.number<std::int64_t>();
  post.message.sender = store::PrincipalId{from.number<std::int64_t>()};
  post.message.sent_ms = from.number<std::int64_t>();
  const auto kind = from.number<std::uint8_t>();
  if (kind > static_cast<std::uint8_t>(store::MessageKind::story) || post.message.seq < 1) from.fail();
  post.message.kind = static_cast<store::MessageKind>(kind);
  post.message.body = from.text(store::largest_body_bytes);
  post.message.title = from.text(store::largest_body_bytes);
  post.message.rtf = from.text(store::largest_rtf_bytes);
  post.client_id = from.text(longest_name);
}

void get(Reader& /*from*/, AllTold& /*nothing*/) {}
void get(Reader& from, Ask& ask) { ask.number = from.number<std::uint64_t>(); }
void get(Reader& from, Answer& answer) { answer.number = from.number<std::uint64_t>(); }
void get(Reader& from, Doubt& doubt) { doubt.room = store::RoomId{from.number<std::int64_t>()}; }
void get(Reader& /*from*/, Changed& /*nothing*/) {}
void get(Reader& from, Goodbye& goodbye) { goodbye.why = from.text(longest_name); }

template <std::size_t kind = 0>
std::optional<Message> read(std::size_t wanted, Reader& from) {
  if constexpr (kind < std::variant_size_v<Message>) {
    if (wanted != kind) return read<kind + 1>(wanted, from);
    Message message{std::in_place_index<kind>};
    get(from, std::get<kind>(message));
    if (from.is_done()) return message;
  }
  return std::nullopt;
}

}  // namespace

void append(std::string& out, const Message& message) {
  append_frame(out, message.index(), [&] { std::visit([&](const auto& fields) { put_fields(out, fields); }, message); });
}

void append_post(std::string& out, const store::Message& message, std::string_view client_id) {
  // Clients choose their ids; one that is longer than any we know is not worth a lost link.
  if (client_id.size() > longest_name) client_id = {};
  static const std::size_t kind = Message(Post{}).index();
  append_frame(out, kind, [&] { put_fields(out, message, client_id); });
}

Frame next_message(std::string_view bytes, std::size_t largest) {
  Frame frame;
  if (bytes.size() < 4) return frame;
  const auto length = Reader(bytes).number<std::uint32_t>();
  if (length == 0 || length > largest) {
    frame.kind = Frame::Kind::refused;
    frame.why = "a message is longer than it may be";
    return frame;
  }
  if (bytes.size() < 4 + std::size_t{length}) return frame;
  Reader fields(bytes.substr(head_bytes, length - 1));
  auto message = read(static_cast<std::uint8_t>(bytes[4]), fields);
  if (!message) {
    frame.kind = Frame::Kind::refused;
    frame.why = "a message cannot be understood";
    return frame;
  }
  frame.kind = Frame::Kind::message;
  frame.size = 4 + std::size_t{length};
  frame.message = std::move(*message);
  return frame;
}

}  // namespace poolcast::link
