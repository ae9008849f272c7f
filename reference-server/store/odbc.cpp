#include "reference-server/store/odbc.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <utility>

#include "domain/ensure.hpp"
#include "reference-server/store/text.hpp"

namespace poolcast::store::odbc {

namespace {

constexpr std::size_t most_statements = 256;               // prepared per connection; beyond it all are forgotten
constexpr std::size_t most_fetched_rows = 64;              // per call of the driver
constexpr std::size_t fetch_buffer_bytes = 1'024 * 1'024;  // per text column

SQLHANDLE environment() {
  struct Environment {
    Environment() {
      // Without it psqlodbc asks setlocale() at every connect, and one thread frees the text that libpq reads in another. The
      // first connection is made before there are threads.
      ::setenv("PGCLIENTENCODING", "UTF8", 1);
      ensure(SQL_SUCCEEDED(SQLAllocHandle(SQL_HANDLE_ENV, SQL_NULL_HANDLE, &handle)), "unixODBC gives an environment");
      // The version is an integer in a pointer's place, as ODBC wants it.
      SQLSetEnvAttr(handle, SQL_ATTR_ODBC_VERSION, reinterpret_cast<SQLPOINTER>(SQL_OV_ODBC3), 0);  // NOLINT
    }
    Environment(const Environment&) = delete;
    Environment& operator=(const Environment&) = delete;
    Environment(Environment&&) = delete;
    Environment& operator=(Environment&&) = delete;
    ~Environment() = default;  // left to the end of the process: an abandoned thread may still be inside a call
    SQLHANDLE handle = SQL_NULL_HANDLE;
  };
  static const Environment the_only;
  return the_only.handle;
}

struct Diagnostic {
  std::string state;
  int native = 0;
  std::string text;
};

// The next call on the handle overwrites it: read at once.
Diagnostic diagnostic(SQLSMALLINT kind, SQLHANDLE handle) {
  std::array<SQLCHAR, 6> state{};
  std::array<SQLCHAR, 1'024> text{};
  SQLINTEGER native = 0;
  SQLSMALLINT length = 0;
  const SQLRETURN code =
      SQLGetDiagRec(kind, handle, 1, state.data(), &native, text.data(), static_cast<SQLSMALLINT>(text.size()), &length);
  if (!SQL_SUCCEEDED(code)) return {"HY000", 0, "the driver gives no reason"};
  return {reinterpret_cast<const char*>(state.data()), native, reinterpret_cast<const char*>(text.data())};  // NOLINT
}

// sqliteodbc says HY000 to everything; SQLite's result code, with the extended codes' upper bits, is in the native code.
Fault fault_of_sqlite(const Diagnostic& said) {
  switch (said.native & 0xff) {
    case 5:  // SQLITE_BUSY
    case 6:  // SQLITE_LOCKED
      return Fault::busy;
    case 10:  // SQLITE_IOERR
    case 13:  // SQLITE_FULL
      return Fault::full;
    case 8:   // SQLITE_READONLY: the file was replaced or its disk remounted
    case 11:  // SQLITE_CORRUPT
    case 14:  // SQLITE_CANTOPEN
    case 26:  // SQLITE_NOTADB
      return Fault::lost;
    case 19:  // SQLITE_CONSTRAINT
      return Fault::constraint;
    case 18:  // SQLITE_TOOBIG
    case 20:  // SQLITE_MISMATCH
      return Fault::data;
    default:
      return Fault::other;
  }
}

Fault fault_of_postgresql(const Diagnostic& said) {
  const std::string& state = said.state;
  const std::string group = state.substr(0, 2);
  if (group == "08" || group == "28" || state == "57P01" || state == "57P02" || state == "57P03" || state == "25006")
    return Fault::lost;
  if (state == "01000") return Fault::in_doubt;
  if (state == "57014" || state == "40001" || state == "40P01" || state == "55P03") return Fault::busy;
  if (group == "53") return Fault::full;
  if (group == "23") return Fault::constraint;
  if (group == "22") return Fault::data;
  return Fault::other;
}

std::string sentence(const char* what, const Diagnostic& said) {
  return std::string(what) + ": " + said.state + " (" + std::to_string(said.native) + ") " + said.text;
}

}  // namespace

std::int64_t Rows::integer(std::size_t row, std::size_t column) const {
  const auto* held = std::get_if<std::int64_t>(&at(row, column));
  return held == nullptr ? 0 : *held;
}

const std::string& Rows::text(std::size_t row, std::size_t column) const {
  static const std::string none;
  const auto* held = std::get_if<std::string>(&at(row, column));
  return held == nullptr ? none : *held;
}

std::string Rows::take_text(std::size_t row, std::size_t column) {
  auto* held = std::get_if<std::string>(&cells_[row * columns_ + column]);
  return held == nullptr ? std::string{} : std::move(*held);
}

Connection::Connection(const std::string& connection_string) {
  SQLHANDLE raw = SQL_NULL_HANDLE;
  check(SQLAllocHandle(SQL_HANDLE_DBC, environment(), &raw), SQL_HANDLE_ENV, environment(), "cannot prepare a connection");
  handle_.reset(raw);
  std::string text = connection_string;
  const SQLRETURN code = SQLDriverConnect(raw, nullptr, reinterpret_cast<SQLCHAR*>(text.data()),  // NOLINT
                                          static_cast<SQLSMALLINT>(text.size()), nullptr, 0, nullptr, SQL_DRIVER_NOPROMPT);
  if (!SQL_SUCCEEDED(code)) {
    throw Failure(Fault::lost, sentence("cannot connect to the database", diagnostic(SQL_HANDLE_DBC, raw)));
  }
  std::array<char, 64> name{};
  check(SQLGetInfo(raw, SQL_DBMS_NAME, name.data(), static_cast<SQLSMALLINT>(name.size()), nullptr), SQL_HANDLE_DBC, raw,
        "cannot ask the driver what it drives");
  const std::string_view dbms{name.data()};
  if (dbms.find("SQLite") == std::string_view::npos && dbms.find("PostgreSQL") == std::string_view::npos)
    throw Failure(Fault::other, "the database is neither SQLite nor PostgreSQL but " + std::string(dbms));
  dialect_ = dbms.find("SQLite") != std::string_view::npos ? Dialect::sqlite : Dialect::postgresql;
}

void Connection::fail(SQLSMALLINT kind, SQLHANDLE handle, const char* what) const {
  const Diagnostic said = diagnostic(kind, handle);
  Fault fault = dialect_ == Dialect::sqlite ? fault_of_sqlite(said) : fault_of_postgresql(said);
  if (fault == Fault::other && dialect_ == Dialect::postgresql && handle_) {
    // From the driver's memory, so it is no probe; but after a failed statement it is right.
    SQLULEN dead = SQL_CD_FALSE;
    SQLGetConnectAttr(handle_.get(), SQL_ATTR_CONNECTION_DEAD, &dead, sizeof dead, nullptr);
    if (dead == SQL_CD_TRUE) fault = Fault::lost;
  }
  throw Failure(fault, sentence(what, said));
}

SQLRETURN Connection::check(SQLRETURN code, SQLSMALLINT kind, SQLHANDLE handle, const char* what) const {
  if (code == SQL_SUCCESS || code == SQL_NO_DATA) return code;
  if (code != SQL_SUCCESS_WITH_INFO) fail(kind, handle, what);
  // PostgreSQL's notices come this way too; only the warning that a wait for the mirror was cut short matters.
  if (const Diagnostic said = diagnostic(kind, handle); dialect_ == Dialect::postgresql && said.state == "01000")
    throw Failure(Fault::in_doubt, sentence(what, said));
  return code;
}

void Connection::execute(const std::string& sql) {
  SQLHANDLE raw = SQL_NULL_HANDLE;
  check(SQLAllocHandle(SQL_HANDLE_STMT, handle_.get(), &raw), SQL_HANDLE_DBC, handle_.get(), "cannot begin a statement");
  const StatementHandle statement(raw);
  std::string text = sql;
  check(SQLExecDirect(raw, reinterpret_cast<SQLCHAR*>(text.data()), static_cast<SQLINTEGER>(text.size())),  // NOLINT
        SQL_HANDLE_STMT, raw, "cannot execute a statement");
}

Connection::Prepared& Connection::prepared(std::string_view sql) {
  if (const auto found = statements_.find(sql); found != statements_.end()) return found->second;
  if (statements_.size() >= most_statements) statements_.clear();
  SQLHANDLE raw = SQL_NULL_HANDLE;
  check(SQLAllocHandle(SQL_HANDLE_STMT, handle_.get(), &raw), SQL_HANDLE_DBC, handle_.get(), "cannot begin a statement");
  Prepared fresh{StatementHandle(raw)};
  std::string text(sql);
  check(SQLPrepare(raw, reinterpret_cast<SQLCHAR*>(text.data()), static_cast<SQLINTEGER>(text.size())),
        SQL_HANDLE_STMT,  // NOLINT
        raw, "cannot prepare a statement");
  return statements_.emplace(std::move(text), std::move(fresh)).first->second;
}

namespace {

// Where the driver reads a parameter during the call.
struct Slot {
  std::int64_t integer = 0;
  SQLLEN indicator = 0;
};

SQLRETURN bind(SQLHANDLE statement, std::size_t index, const Parameter& parameter, Slot& slot) {
  const auto position = static_cast<SQLUSMALLINT>(index + 1);
  if (const auto* number = std::get_if<std::int64_t>(&parameter)) {
    slot.integer = *number;
    return SQLBindParameter(statement, position, SQL_PARAM_INPUT, SQL_C_SBIGINT, SQL_BIGINT, 0, 0, &slot.integer, 0, nullptr);
  }
  static char empty = '\0';
  char* data = &empty;
  std::size_t length = 0;
  slot.indicator = SQL_NULL_DATA;
  if (const auto* text = std::get_if<std::string_view>(&parameter)) {
    // Both databases must refuse the same: SQLite would store anything.
    if (!valid_text(*text)) throw Failure(Fault::data, "a text that is not UTF-8 or holds a zero byte");
    length = text->size();
    if (length > 0) data = const_cast<char*>(text->data());  // NOLINT: input only, ODBC has no const
    slot.indicator = static_cast<SQLLEN>(length);
  }
  return SQLBindParameter(statement, position, SQL_PARAM_INPUT, SQL_C_CHAR, SQL_LONGVARCHAR, std::max<std::size_t>(length, 1), 0,
                          data, static_cast<SQLLEN>(length), &slot.indicator);
}

// However a statement is left, its cursor is closed, or SQLite would keep its lock, and it forgets our addresses.
struct Reset {
  SQLHANDLE statement;
  explicit Reset(SQLHANDLE handle) : statement(handle) {}
  Reset(const Reset&) = delete;
  Reset& operator=(const Reset&) = delete;
  Reset(Reset&&) = delete;
  Reset& operator=(Reset&&) = delete;
  ~Reset() {
    SQLFreeStmt(statement, SQL_CLOSE);
    SQLFreeStmt(statement, SQL_UNBIND);
    SQLFreeStmt(statement, SQL_RESET_PARAMS);
  }
};

}  // namespace

std::int64_t Connection::change(std::string_view sql, Parameters parameters) {
  Prepared& statement = prepared(sql);
  SQLHANDLE raw = statement.handle.get();
  const Reset reset(raw);
  std::vector<Slot> slots(parameters.size());
  for (std::size_t i = 0; i < parameters.size(); ++i)
    check(bind(raw, i, parameters[i], slots[i]), SQL_HANDLE_STMT, raw, "cannot bind a parameter");
  if (check(SQLExecute(raw), SQL_HANDLE_STMT, raw, "cannot execute a statement") == SQL_NO_DATA) return 0;
  SQLLEN touched = 0;
  check(SQLRowCount(raw, &touched), SQL_HANDLE_STMT, raw, "cannot count rows");
  return touched;
}

std::int64_t Connection::change(std::string_view sql, std::initializer_list<Parameter> parameters) {
  return change(sql, Parameters(parameters.begin(), parameters.size()));
}

namespace {

// One column of up to `rows` cells, where the driver writes.
struct Buffer {
  std::vector<std::int64_t> integers;
  std::vector<char> texts;
  std::vector<SQLLEN> indicators;
};

std::vector<Buffer> buffers_for(std::span<const Column> columns, std::size_t rows, std::size_t text_bytes) {
  std::vector<Buffer> buffers(columns.size());
  for (std::size_t i = 0; i < columns.size(); ++i) {
    buffers[i].indicators.resize(rows);
    if (columns[i] == Column::integer)
      buffers[i].integers.resize(rows);
    else
      buffers[i].texts.resize(rows * text_bytes);
  }
  return buffers;
}

// Statement attributes are integers in a pointer's place.
SQLRETURN set(SQLHANDLE statement, SQLINTEGER attribute, std::size_t value) {
  return SQLSetStmtAttr(statement, attribute, reinterpret_cast<SQLPOINTER>(value), 0);  // NOLINT
}

}  // namespace

// 0, or how many bytes a cell needs that was too long for its buffer.
std::size_t Connection::fetch(Prepared& statement, std::span<const Column> columns, Rows& rows) {
  SQLHANDLE raw = statement.handle.get();
  const std::size_t width = statement.text_bytes;
  const std::size_t count = std::clamp<std::size_t>(fetch_buffer_bytes / width, 1, most_fetched_rows);
  std::vector<Buffer> buffers = buffers_for(columns, count, width);
  SQLULEN fetched = 0;
  check(set(raw, SQL_ATTR_ROW_ARRAY_SIZE, count), SQL_HANDLE_STMT, raw, "cannot set how many rows to fetch");
  check(SQLSetStmtAttr(raw, SQL_ATTR_ROWS_FETCHED_PTR, &fetched, 0), SQL_HANDLE_STMT, raw, "cannot count fetched rows");
  for (std::size_t i = 0; i < columns.size(); ++i) {
    Buffer& buffer = buffers[i];
    const bool integer = columns[i] == Column::integer;
    check(SQLBindCol(raw, static_cast<SQLUSMALLINT>(i + 1), static_cast<SQLSMALLINT>(integer ? SQL_C_SBIGINT : SQL_C_CHAR),
                     integer ? static_cast<void*>(buffer.integers.data()) : buffer.texts.data(),
                     static_cast<SQLLEN>(integer ? sizeof(std::int64_t) : width), buffer.indicators.data()),
          SQL_HANDLE_STMT, raw, "cannot bind a column");
  }
  std::size_t needed = 0;
  while (needed == 0 && check(SQLFetch(raw), SQL_HANDLE_STMT, raw, "cannot fetch") != SQL_NO_DATA) {
    for (std::size_t row = 0; row < fetched; ++row) {
      for (std::size_t i = 0; i < columns.size(); ++i) {
        const SQLLEN indicator = buffers[i].indicators[row];
        if (indicator == SQL_NULL_DATA) {
          rows.cells_.emplace_back();
        } else if (columns[i] == Column::integer) {
          rows.cells_.emplace_back(buffers[i].integers[row]);
        } else if (indicator == SQL_NO_TOTAL || std::cmp_greater_equal(indicator, width)) {
          needed = std::max(needed, indicator == SQL_NO_TOTAL ? width * 2 : static_cast<std::size_t>(indicator) + 1);
          rows.cells_.emplace_back();
        } else {
          rows.cells_.emplace_back(std::string(&buffers[i].texts[row * width], static_cast<std::size_t>(indicator)));
        }
      }
    }
  }
  return needed;
}

Rows Connection::select(std::string_view sql, Parameters parameters, std::span<const Column> columns) {
  Prepared& statement = prepared(sql);
  SQLHANDLE raw = statement.handle.get();
  std::vector<Slot> slots(parameters.size());
  while (true) {
    const Reset reset(raw);
    for (std::size_t i = 0; i < parameters.size(); ++i)
      check(bind(raw, i, parameters[i], slots[i]), SQL_HANDLE_STMT, raw, "cannot bind a parameter");
    check(SQLExecute(raw), SQL_HANDLE_STMT, raw, "cannot execute a statement");
    Rows rows;
    rows.columns_ = columns.size();
    const std::size_t needed = fetch(statement, columns, rows);
    if (needed == 0) return rows;
    statement.text_bytes = std::max(needed, statement.text_bytes * 2);
  }
}

Rows Connection::select(std::string_view sql, std::initializer_list<Parameter> parameters,
                        std::initializer_list<Column> columns) {
  return select(sql, Parameters(parameters.begin(), parameters.size()), std::span<const Column>(columns.begin(), columns.size()));
}

// SQLite's are prepared like any other; PostgreSQL's are its simplest messages as they are.
Transaction::Transaction(Connection& connection) : connection_(connection) {
  if (connection_.dialect() == Dialect::sqlite)
    connection_.change("BEGIN IMMEDIATE", {});
  else
    connection_.execute("BEGIN");
}

Transaction::~Transaction() {
  if (!open_) return;
  try {
    connection_.execute("ROLLBACK");
  } catch (const Failure&) {
    // The connection is dead, which rolls back as well; the failure that led here is already on its way.
    return;
  }
}

void Transaction::commit() {
  open_ = false;
  try {
    if (connection_.dialect() == Dialect::sqlite)
      connection_.change("COMMIT", {});
    else
      connection_.execute("COMMIT");
  } catch (const Failure& failure) {
    // A COMMIT that SQLite refuses (no room, or busy) leaves the transaction open, and PostgreSQL says so by rolling back.
    open_ = failure.fault() == Fault::busy || failure.fault() == Fault::full;
    throw;
  }
}

std::string integer_list(Dialect dialect, std::span<const std::int64_t> numbers) {
  std::string text(1, dialect == Dialect::sqlite ? '[' : '{');
  for (const std::int64_t number : numbers) {
    if (text.size() > 1) text += ',';
    text += std::to_string(number);
  }
  text += dialect == Dialect::sqlite ? ']' : '}';
  return text;
}

void ArrayLiteral::separate() {
  if (text_.size() > 1) text_ += ',';
}

void ArrayLiteral::add(std::int64_t number) {
  separate();
  text_ += std::to_string(number);
}

void ArrayLiteral::add_null() {
  separate();
  text_ += "NULL";
}

void ArrayLiteral::add(std::string_view text) {
  separate();
  text_ += '"';
  for (const char c : text) {
    if (c == '"' || c == '\\') text_ += '\\';
    text_ += c;
  }
  text_ += '"';
}

std::string_view ArrayLiteral::text() {
  if (text_.back() != '}' || text_.size() == 1) text_ += '}';
  return text_;
}

}  // namespace poolcast::store::odbc
