// How single values cross between Python and C++: numbers without their unit type (the attribute's name carries it), ids as
// str, enumerations as Python enums, lists as lists.
#pragma once

#include <pybind11/pybind11.h>

#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "domain/cost_set.hpp"
#include "domain/describe.hpp"
#include "domain/ids.hpp"
#include "domain/scenario.hpp"
#include "domain/units.hpp"

namespace poolcast::bindings {

namespace py = pybind11;

// The attribute that a value is for; what errors name.
struct Where {
  std::string path;
  [[noreturn]] void wrong_type(py::handle found, std::string_view expected) const;   // TypeError
  [[noreturn]] void wrong_value(py::handle found, std::string_view expected) const;  // ValueError
  Where item(std::size_t index) const { return {path + "[" + std::to_string(index) + "]"}; }
};

double number_from(py::handle object, const Where& where, Constraint constraint, std::string_view unit);
Count count_from(py::handle object, const Where& where, Constraint constraint);
std::string text_from(py::handle object, const Where& where);
bool flag_from(py::handle object, const Where& where);
std::size_t enumerator_from(py::handle object, const Where& where, const std::string_view* names, std::size_t count);

struct NoVisit {
  template <class... Arguments>
  void operator()(Arguments&&...) const {}
};
template <class Type>
concept Described = requires(Type& value) {
  describe(value, NoVisit{});
};

// to: C++ to Python. from: Python to C++. keep: what is stored when Python assigns the object.
template <class Type>
struct PyValue;

// A type that turns into a Python object without a state of its own: assigning stores the converted value.
template <class Type, class Self>
struct Plain {
  static py::object keep(py::handle object, const Where& where, Constraint constraint) {
    return Self::to(Self::from(object, where, constraint));
  }

private:
  Plain() = default;
  friend Self;
};

template <>
struct PyValue<bool> : Plain<bool, PyValue<bool>> {
  static constexpr std::string_view suffix = "";
  static std::string annotation() { return "bool"; }
  static py::object to(bool value) { return py::bool_(value); }
  static bool from(py::handle object, const Where& where, Constraint) { return flag_from(object, where); }
};

template <>
struct PyValue<Count> : Plain<Count, PyValue<Count>> {
  static constexpr std::string_view suffix = "";
  static std::string annotation() { return "int"; }
  static py::object to(Count value) { return py::int_(value); }
  static Count from(py::handle object, const Where& where, Constraint constraint) {
    return count_from(object, where, constraint);
  }
};

template <>
struct PyValue<double> : Plain<double, PyValue<double>> {
  static constexpr std::string_view suffix = "";
  static std::string annotation() { return "float"; }
  static py::object to(double value) { return py::float_(value); }
  static double from(py::handle object, const Where& where, Constraint constraint) {
    return number_from(object, where, constraint, "a number");
  }
};

template <>
struct PyValue<std::string> : Plain<std::string, PyValue<std::string>> {
  static constexpr std::string_view suffix = "";
  static std::string annotation() { return "str"; }
  static py::object to(const std::string& value) { return py::str(value); }
  static std::string from(py::handle object, const Where& where, Constraint) { return text_from(object, where); }
};

template <class Tag>
struct PyValue<Id<Tag>> : Plain<Id<Tag>, PyValue<Id<Tag>>> {
  static constexpr std::string_view suffix = "";
  static std::string annotation() { return "str"; }
  static py::object to(const Id<Tag>& value) { return py::str(value.str()); }
  static Id<Tag> from(py::handle object, const Where& where, Constraint) { return Id<Tag>{text_from(object, where)}; }
};

// One name as a str, several as a list of them.
template <>
struct PyValue<Names> : Plain<Names, PyValue<Names>> {
  static constexpr std::string_view suffix = "";
  static std::string annotation() { return "str | list[str]"; }
  static py::object to(const Names& names);
  static Names from(py::handle object, const Where& where, Constraint);
};

// A quantity as a float in its base unit; the attribute's suffix names the unit.
template <class Type>
struct BaseUnit;
template <>
struct BaseUnit<Seconds> {
  static constexpr std::string_view suffix = "_s", unit = "seconds as a number";
  static double get(Seconds value) { return value.count(); }
};
template <>
struct BaseUnit<Bytes> {
  static constexpr std::string_view suffix = "_bytes", unit = "bytes as a number";
  static double get(Bytes value) { return value.count; }
};
template <>
struct BaseUnit<Bandwidth> {
  static constexpr std::string_view suffix = "_bytes_per_s", unit = "bytes per second as a number";
  static double get(Bandwidth value) { return value.bytes_per_s; }
};
template <>
struct BaseUnit<Rate> {
  static constexpr std::string_view suffix = "_per_s", unit = "events per second as a number";
  static double get(Rate value) { return value.per_s; }
};
template <>
struct BaseUnit<Share> {
  static constexpr std::string_view suffix = "_share", unit = "a share of one as a number";
  static double get(Share value) { return value.of_one; }
};
template <>
struct BaseUnit<Frequency> {
  static constexpr std::string_view suffix = "_hz", unit = "hertz as a number";
  static double get(Frequency value) { return value.hz; }
};

template <class Type>
requires requires { BaseUnit<Type>::suffix; }
struct PyValue<Type> : Plain<Type, PyValue<Type>> {
  static constexpr std::string_view suffix = BaseUnit<Type>::suffix;
  static std::string annotation() { return "float"; }
  static py::object to(Type value) { return py::float_(BaseUnit<Type>::get(value)); }
  static Type from(py::handle object, const Where& where, Constraint constraint) {
    return Type{number_from(object, where, constraint, BaseUnit<Type>::unit)};
  }
};

template <>
struct PyValue<SecondsRange> : Plain<SecondsRange, PyValue<SecondsRange>> {
  static constexpr std::string_view suffix = "_s";
  static std::string annotation() { return "tuple[float, float]"; }
  static py::object to(const SecondsRange& value) { return py::make_tuple(value.low.count(), value.high.count()); }
  static SecondsRange from(py::handle object, const Where& where, Constraint constraint);
};

// The Python class of an enumeration; set by bind_enum and kept for the life of the process.
template <class Enum>
inline PyObject* enum_type = nullptr;

template <class Enum>
requires std::is_enum_v<Enum>
struct PyValue<Enum> : Plain<Enum, PyValue<Enum>> {
  static constexpr std::string_view suffix = "";
  static std::string annotation() { return py::str(py::handle(enum_type<Enum>).attr("__name__")); }
  static py::object to(Enum value) { return py::handle(enum_type<Enum>)(py::str(std::string(name_of(value)))); }
  static Enum from(py::handle object, const Where& where, Constraint) {
    constexpr auto& names = EnumNames<Enum>::names;
    return static_cast<Enum>(enumerator_from(object, where, names.data(), names.size()));
  }
};

template <class Type>
struct PyValue<std::optional<Type>> {
  static constexpr std::string_view suffix = PyValue<Type>::suffix;
  static std::string annotation() { return PyValue<Type>::annotation() + " | None"; }
  static py::object to(const std::optional<Type>& value) { return value ? PyValue<Type>::to(*value) : py::none(); }
  static std::optional<Type> from(py::handle object, const Where& where, Constraint constraint) {
    if (object.is_none()) return std::nullopt;
    return PyValue<Type>::from(object, where, constraint);
  }
  static py::object keep(py::handle object, const Where& where, Constraint constraint) {
    return object.is_none() ? py::none() : PyValue<Type>::keep(object, where, constraint);
  }
};

template <class Type>
struct PyValue<std::vector<Type>> {
  static constexpr std::string_view suffix = PyValue<Type>::suffix;
  static std::string annotation() { return "list[" + PyValue<Type>::annotation() + "]"; }
  static py::object to(const std::vector<Type>& items) {
    py::list list;
    for (const Type& item : items) list.append(PyValue<Type>::to(item));
    return list;
  }
  static std::vector<Type> from(py::handle object, const Where& where, Constraint) {
    std::vector<Type> items;
    for (py::handle item : sequence(object, where)) items.push_back(PyValue<Type>::from(item, where.item(items.size()), {}));
    return items;
  }
  static py::object keep(py::handle object, const Where& where, Constraint) {
    py::list list;
    for (py::handle item : sequence(object, where)) list.append(PyValue<Type>::keep(item, where.item(list.size()), {}));
    return list;
  }

private:
  static py::list sequence(py::handle object, const Where& where) {
    if (py::isinstance<py::str>(object) || !py::hasattr(object, "__iter__")) where.wrong_type(object, annotation());
    return py::list(py::reinterpret_borrow<py::object>(object));
  }
};

// An enumeration as a Python StrEnum: Edition.enterprise == "enterprise".
template <class Enum>
void bind_enum(py::module_& module, const char* name, const char* meaning) {
  py::list members;
  for (std::string_view member : EnumNames<Enum>::names) members.append(py::make_tuple(std::string(member), std::string(member)));
  py::object type = py::module_::import("enum").attr("StrEnum")(name, members, py::arg("module") = module.attr("__name__"));
  type.attr("__doc__") = meaning;
  module.attr(name) = type;
  enum_type<Enum> = type.release().ptr();
}

}  // namespace poolcast::bindings

// Three small types of the domain have forms of their own in files and so no describe(); Python sees them as classes.
namespace poolcast {

template <>
struct EnumNames<PostRate::Basis> {
  static constexpr std::array<std::string_view, 3> names{"per_second", "per_room_day", "per_user_day"};
};
template <>
struct EnumNames<Quantity::Dimension> {
  static constexpr std::array<std::string_view, 4> names{"number", "seconds", "share", "bytes"};
};

template <Describes<PostRate> Self, class Visitor>
void describe(Self& self, Visitor&& visit) {
  visit("value", self.value, "How many posts, per second, per room and day, or per user and day.", required & not_negative);
  visit("basis", self.basis, "What the value counts: per_second, per_room_day or per_user_day.");
}

template <Describes<Quantity> Self, class Visitor>
void describe(Self& self, Visitor&& visit) {
  visit("value", self.value, "The number, in the base unit of its dimension (seconds, a share of one, bytes).", required);
  visit("dimension", self.dimension, "number, seconds, share or bytes.");
}

template <class Type>
inline constexpr bool is_parameter = false;
template <class Value>
inline constexpr bool is_parameter<Parameter<Value>> = true;

template <class Self, class Visitor>
requires is_parameter<std::remove_const_t<Self>>
void describe(Self& self, Visitor&& visit) {
  visit("value", self.value, "What the model uses.", required);
  visit("low", self.low, "Lower end of where the true value may lie; None when unknown.");
  visit("high", self.high, "Upper end of where the true value may lie; None when unknown.");
  visit("origin", self.origin, "The measurement or assumption that the value came from.");
}

}  // namespace poolcast
