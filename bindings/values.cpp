#include "bindings/values.hpp"

#include <cmath>

#include "bindings/record.hpp"

namespace poolcast::bindings {
namespace {

std::string described(py::handle found) { return py::repr(found).cast<std::string>(); }

// The shortest form of a bound: `at least 1`.
std::string plain(double number) { return py::str(py::module_::import("builtins").attr("format")(number, "g")); }

void check(double number, py::handle object, const Where& where, Constraint constraint) {
  if (std::isnan(number)) where.wrong_value(object, "a number");
  if (constraint.above_zero && number <= 0) where.wrong_value(object, "more than 0");
  if (number < constraint.at_least) where.wrong_value(object, "at least " + plain(constraint.at_least));
  if (number > constraint.at_most) where.wrong_value(object, "at most " + plain(constraint.at_most));
}

}  // namespace

void Where::wrong_type(py::handle found, std::string_view expected) const {
  throw py::type_error(path + ": found " + described(found) + "; expected " + std::string(expected));
}

void Where::wrong_value(py::handle found, std::string_view expected) const {
  throw py::value_error(path + ": found " + described(found) + "; expected " + std::string(expected));
}

double number_from(py::handle object, const Where& where, Constraint constraint, std::string_view unit) {
  if (PyBool_Check(object.ptr()) ||
      (!PyFloat_Check(object.ptr()) && !PyIndex_Check(object.ptr()) && !py::hasattr(object, "__float__")))
    where.wrong_type(object, unit);
  const double number = PyFloat_AsDouble(object.ptr());
  if (PyErr_Occurred()) throw py::error_already_set();
  check(number, object, where, constraint);
  return number;
}

Count count_from(py::handle object, const Where& where, Constraint constraint) {
  if (PyBool_Check(object.ptr())) where.wrong_type(object, "a whole number");
  py::object whole;
  if (PyIndex_Check(object.ptr())) {
    whole = py::reinterpret_steal<py::object>(PyNumber_Index(object.ptr()));
  } else if (PyFloat_Check(object.ptr()) && std::trunc(PyFloat_AS_DOUBLE(object.ptr())) == PyFloat_AS_DOUBLE(object.ptr())) {
    whole = py::reinterpret_steal<py::object>(PyNumber_Long(object.ptr()));
  }
  if (PyErr_Occurred()) throw py::error_already_set();
  if (!whole) where.wrong_type(object, "a whole number");
  const Count count = PyLong_AsLongLong(whole.ptr());
  if (PyErr_Occurred()) throw py::error_already_set();
  check(static_cast<double>(count), object, where, constraint);
  return count;
}

std::string text_from(py::handle object, const Where& where) {
  if (!py::isinstance<py::str>(object)) where.wrong_type(object, "str");
  return object.cast<std::string>();
}

bool flag_from(py::handle object, const Where& where) {
  if (!PyBool_Check(object.ptr())) where.wrong_type(object, "True or False");
  return object.cast<bool>();
}

std::size_t enumerator_from(py::handle object, const Where& where, const std::string_view* names, std::size_t count) {
  std::string expected;
  for (std::size_t value = 0; value < count; ++value)
    expected += std::string(value == 0 ? "" : value + 1 == count ? " or " : ", ") + std::string(names[value]);
  if (!py::isinstance<py::str>(object)) where.wrong_type(object, expected);
  auto text = object.attr("__str__")().cast<std::string>();
  for (char& letter : text) letter = letter == '-' ? '_' : letter;
  for (std::size_t value = 0; value < count; ++value)
    if (names[value] == text) return value;
  where.wrong_value(object, expected);
}

SecondsRange PyValue<SecondsRange>::from(py::handle object, const Where& where, Constraint constraint) {
  constexpr std::string_view expected = "a pair of seconds";
  if (!PyTuple_Check(object.ptr()) && !PyList_Check(object.ptr())) where.wrong_type(object, expected);
  const auto pair = py::reinterpret_borrow<py::sequence>(object);
  if (pair.size() != 2) where.wrong_value(object, expected);
  const py::object low = pair[0];
  const py::object high = pair[1];
  return {Seconds{number_from(low, where.item(0), constraint, expected)},
          Seconds{number_from(high, where.item(1), constraint, expected)}};
}

py::object PyValue<Names>::to(const Names& names) {
  if (names.each.size() == 1) return py::str(names.each.front());
  return PyValue<std::vector<std::string>>::to(names.each);
}

Names PyValue<Names>::from(py::handle object, const Where& where, Constraint constraint) {
  if (py::isinstance<py::str>(object)) return Names(std::vector<std::string>{text_from(object, where)});
  Names names(PyValue<std::vector<std::string>>::from(object, where, constraint));
  if (names.each.empty()) where.wrong_value(object, "a name or a list of names");
  return names;
}

std::string unit_sentence(std::string_view suffix) {
  constexpr std::pair<std::string_view, const char*> sentences[] = {
      {"_s", " In seconds."},     {"_bytes", " In bytes."},          {"_bytes_per_s", " In bytes per second."},
      {"_per_s", " Per second."}, {"_share", " As a share of one."}, {"_hz", " In hertz."},
  };
  for (const auto& [known, sentence] : sentences)
    if (known == suffix) return sentence;
  return "";
}

py::dict to_dict(const std::vector<Field>& fields, const std::vector<py::object>& values) {
  py::dict result;
  for (std::size_t field = 0; field < fields.size(); ++field) result[py::str(fields[field].name)] = values[field];
  return result;
}

std::string repr(py::handle self, const std::vector<Field>& fields, const std::vector<py::object>& values,
                 const std::vector<py::object>& defaults) {
  std::string text = py::str(py::type::handle_of(self).attr("__name__"));
  text += "(";
  bool first = true;
  for (std::size_t field = 0; field < fields.size(); ++field) {
    if (!fields[field].required && values[field].equal(defaults[field])) continue;
    text += (first ? "" : ", ") + fields[field].name + "=" + described(values[field]);
    first = false;
  }
  return text + ")";
}

bool equal(const std::vector<py::object>& left, const std::vector<py::object>& right) {
  for (std::size_t field = 0; field < left.size(); ++field)
    if (!left[field].equal(right[field])) return false;
  return true;
}

std::vector<std::pair<std::size_t, py::object>> arguments(const std::string& name, const std::vector<Field>& fields,
                                                          const py::kwargs& given) {
  std::vector<std::pair<std::size_t, py::object>> result;
  std::string missing;
  for (std::size_t field = 0; field < fields.size(); ++field) {
    if (given.contains(fields[field].name.c_str()))
      result.emplace_back(field, given[fields[field].name.c_str()]);
    else if (fields[field].required)
      missing += (missing.empty() ? "" : ", ") + fields[field].name;
  }
  if (!missing.empty()) throw py::type_error(name + "() needs " + missing);
  if (result.size() == given.size()) return result;
  py::list names;
  for (const Field& field : fields) names.append(field.name);
  for (const auto& [key, object] : given) {
    if (names.contains(key)) continue;
    const py::list close = py::module_::import("difflib").attr("get_close_matches")(key, names, 1);
    const std::string hint = close.empty() ? "" : "; did you mean " + close[0].cast<std::string>() + "?";
    throw py::type_error(std::string(name).append("() has no attribute ").append(key.cast<std::string>()).append(hint));
  }
  return result;
}

py::tuple fields_for_python(const std::vector<Field>& fields) {
  py::list list;
  for (const Field& field : fields) list.append(py::make_tuple(field.name, field.annotation, field.meaning, field.required));
  return py::tuple(list);
}

}  // namespace poolcast::bindings
