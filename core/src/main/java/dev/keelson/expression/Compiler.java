package dev.keelson.expression;

import static dev.keelson.expression.Code.FALSE;
import static dev.keelson.expression.Code.NO_SIGN;
import static dev.keelson.expression.Code.NULL_DOUBLE;
import static dev.keelson.expression.Code.NULL_LONG;
import static dev.keelson.expression.Code.TRUE;
import static dev.keelson.expression.Code.UNKNOWN;
import static dev.keelson.expression.Code.canonical;
import static dev.keelson.expression.Code.truth;

import dev.keelson.expression.Code.DoubleCode;
import dev.keelson.expression.Code.LongCode;
import dev.keelson.expression.Code.SignCode;
import dev.keelson.expression.Code.TextCode;
import dev.keelson.expression.Code.TruthCode;
import dev.keelson.expression.Node.And;
import dev.keelson.expression.Node.Arithmetic;
import dev.keelson.expression.Node.Between;
import dev.keelson.expression.Node.BooleanLiteral;
import dev.keelson.expression.Node.Call;
import dev.keelson.expression.Node.Case;
import dev.keelson.expression.Node.Cast;
import dev.keelson.expression.Node.ColumnRef;
import dev.keelson.expression.Node.Comparison;
import dev.keelson.expression.Node.ComparisonOp;
import dev.keelson.expression.Node.DateLiteral;
import dev.keelson.expression.Node.DoubleLiteral;
import dev.keelson.expression.Node.In;
import dev.keelson.expression.Node.Invalid;
import dev.keelson.expression.Node.IsNull;
import dev.keelson.expression.Node.Join;
import dev.keelson.expression.Node.Like;
import dev.keelson.expression.Node.LongLiteral;
import dev.keelson.expression.Node.Negate;
import dev.keelson.expression.Node.Not;
import dev.keelson.expression.Node.NullLiteral;
import dev.keelson.expression.Node.Or;
import dev.keelson.expression.Node.TextLiteral;
import dev.keelson.expression.Node.TimestampLiteral;
import dev.keelson.expression.Node.UntypedNull;
import dev.keelson.expression.Node.When;
import dev.keelson.frame.ColumnType;
import dev.keelson.frame.Micros;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.zone.ZoneRules;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Turns a typed tree into closures, once for each expression. Functions that a processor may compute in its own way
 * (exp, logarithms, powers) go through {@link StrictMath}: the same bits on every machine.
 */
final class Compiler {
    private static final long MICROS_PER_SECOND = 1_000_000L;
    private static final long MICROS_PER_MINUTE = 60 * MICROS_PER_SECOND;
    private static final long MICROS_PER_HOUR = 60 * MICROS_PER_MINUTE;

    private Compiler() {}

    // ---- doubles

    /** Code of a DOUBLE or LONG node. */
    static DoubleCode doubles(Node node) {
        if (node.type() == ColumnType.LONG) {
            if (node instanceof LongLiteral(long value)) {
                return constant((double) value);
            }
            LongCode code = longs(node);
            return row -> {
                long value = code.eval(row);
                return value == NULL_LONG ? NULL_DOUBLE : value;
            };
        }
        return switch (node) {
            case DoubleLiteral(double value) -> constant(value);
            case NullLiteral _ -> _ -> NULL_DOUBLE;
            case ColumnRef column -> {
                int index = column.index();
                yield row -> row.isNull(index) ? NULL_DOUBLE : canonical(row.doubleAt(index));
            }
            case Negate(Node operand) -> {
                DoubleCode code = doubles(operand);
                yield row -> {
                    double x = code.eval(row);
                    return Code.isNull(x) ? x : -x;
                };
            }
            case Arithmetic arithmetic -> doubleArithmetic(arithmetic);
            case Case choice -> doubleCase(choice);
            case Call call -> doubleCall(call);
            case Cast(Node operand, _) -> doubleCast(operand);
            case LongLiteral _,
                    BooleanLiteral _,
                    TextLiteral _,
                    DateLiteral _,
                    TimestampLiteral _,
                    UntypedNull _,
                    Invalid _,
                    Join _,
                    Comparison _,
                    Not _,
                    And _,
                    Or _,
                    IsNull _,
                    Between _,
                    In _,
                    Like _ -> throw mismatch(node);
        };
    }

    private static DoubleCode constant(double value) {
        return _ -> value;
    }

    private static DoubleCode doubleArithmetic(Arithmetic node) {
        DoubleCode left = doubles(node.left());
        DoubleCode right = doubles(node.right());
        return switch (node.op()) {
            case ADD ->
                row -> {
                    double x = left.eval(row);
                    double y = right.eval(row);
                    return Code.isNull(x) || Code.isNull(y) ? NULL_DOUBLE : x + y;
                };
            case SUBTRACT ->
                row -> {
                    double x = left.eval(row);
                    double y = right.eval(row);
                    return Code.isNull(x) || Code.isNull(y) ? NULL_DOUBLE : x - y;
                };
            case MULTIPLY ->
                row -> {
                    double x = left.eval(row);
                    double y = right.eval(row);
                    return Code.isNull(x) || Code.isNull(y) ? NULL_DOUBLE : x * y;
                };
            case DIVIDE ->
                row -> {
                    double x = left.eval(row);
                    double y = right.eval(row);
                    return Code.isNull(x) || Code.isNull(y) || y == 0 ? NULL_DOUBLE : x / y;
                };
            case REMAINDER ->
                row -> {
                    double x = left.eval(row);
                    double y = right.eval(row);
                    return Code.isNull(x) || Code.isNull(y) || y == 0
                            ? NULL_DOUBLE
                            : Scalars.unlessInvented(x % y, x, y);
                };
        };
    }

    private static DoubleCode doubleCase(Case node) {
        TruthCode[] conditions = conditions(node);
        DoubleCode[] results = node.branches().stream()
                .map(branch -> doubles(branch.then()))
                .toArray(DoubleCode[]::new);
        Node last = node.otherwise();
        DoubleCode otherwise = last == null ? _ -> NULL_DOUBLE : doubles(last);
        return row -> {
            for (int i = 0; i < conditions.length; i++) {
                if (conditions[i].eval(row) == TRUE) {
                    return results[i].eval(row);
                }
            }
            return otherwise.eval(row);
        };
    }

    /** A function of one double that is not missing; may yield missing. */
    private interface DoubleFunction {
        double apply(double x);
    }

    private static DoubleCode doubleCall(Call node) {
        List<Node> arguments = node.arguments();
        return switch (node.function()) {
            case ABS -> unary(node, Math::abs);
            case SIGN -> unary(node, Math::signum);
            case FLOOR -> unary(node, Math::floor);
            case CEIL -> unary(node, Math::ceil);
            case ROUND -> {
                if (arguments.size() == 1) {
                    yield unary(node, Scalars::round);
                }
                int decimals = decimals(arguments.get(1));
                yield unary(node, x -> Scalars.round(x, decimals));
            }
            case LN -> unary(node, x -> x <= 0 ? NULL_DOUBLE : StrictMath.log(x));
            case LOG10 -> unary(node, x -> x <= 0 ? NULL_DOUBLE : StrictMath.log10(x));
            case EXP -> unary(node, StrictMath::exp);
            case SQRT -> unary(node, x -> x < 0 ? NULL_DOUBLE : Math.sqrt(x));
            case POW -> {
                DoubleCode base = doubles(arguments.get(0));
                DoubleCode exponent = doubles(arguments.get(1));
                yield row -> {
                    double x = base.eval(row);
                    double y = exponent.eval(row);
                    return Code.isNull(x) || Code.isNull(y) ? NULL_DOUBLE : Scalars.power(x, y);
                };
            }
            case GREATEST, LEAST -> {
                DoubleCode[] codes = all(arguments);
                boolean greatest = node.function() == ScalarFunction.GREATEST;
                yield row -> {
                    double best = NULL_DOUBLE;
                    for (DoubleCode code : codes) {
                        double x = code.eval(row);
                        if (!Code.isNull(x)
                                && (Code.isNull(best)
                                        || (greatest ? Code.compare(x, best) > 0 : Code.compare(x, best) < 0))) {
                            best = x;
                        }
                    }
                    return best;
                };
            }
            case COALESCE -> {
                DoubleCode[] codes = all(arguments);
                yield row -> {
                    for (DoubleCode code : codes) {
                        double x = code.eval(row);
                        if (!Code.isNull(x)) {
                            return x;
                        }
                    }
                    return NULL_DOUBLE;
                };
            }
            case NULLIF -> {
                DoubleCode code = doubles(arguments.get(0));
                SignCode sign = sign(arguments.get(0), arguments.get(1));
                yield row -> sign.eval(row) == 0 ? NULL_DOUBLE : code.eval(row);
            }
            case CYCLIC_SIN -> cyclic(node, StrictMath::sin);
            case CYCLIC_COS -> cyclic(node, StrictMath::cos);
            case LOWER,
                    UPPER,
                    LENGTH,
                    CONCAT,
                    YEAR,
                    MONTH,
                    DAY,
                    DAY_OF_YEAR,
                    DAY_OF_WEEK,
                    HOUR,
                    MINUTE -> throw mismatch(node);
        };
    }

    private static int decimals(Node node) {
        if (node instanceof LongLiteral(long value)) {
            return (int) value;
        }
        throw mismatch(node);
    }

    private static DoubleCode unary(Call node, DoubleFunction function) {
        DoubleCode code = doubles(node.arguments().getFirst());
        return row -> {
            double x = code.eval(row);
            return Code.isNull(x) ? x : function.apply(x);
        };
    }

    private static DoubleCode[] all(List<Node> nodes) {
        return nodes.stream().map(Compiler::doubles).toArray(DoubleCode[]::new);
    }

    private static DoubleCode doubleCast(Node operand) {
        return switch (operand.type()) {
            case DOUBLE, LONG -> doubles(operand);
            case BOOLEAN -> {
                TruthCode code = truths(operand);
                yield row -> {
                    int value = code.eval(row);
                    return value == UNKNOWN ? NULL_DOUBLE : value;
                };
            }
            case STRING -> {
                TextCode code = texts(operand);
                yield row -> {
                    String text = code.eval(row);
                    return text == null ? NULL_DOUBLE : Scalars.toDouble(text);
                };
            }
            case DATE, TIMESTAMP -> throw mismatch(operand);
        };
    }

    // ---- longs, dates, timestamps

    /** Code of a LONG, DATE or TIMESTAMP node. */
    static LongCode longs(Node node) {
        return switch (node) {
            case LongLiteral(long value) -> _ -> value;
            case DateLiteral(long day) -> _ -> day;
            case TimestampLiteral(long micros) -> _ -> micros;
            case NullLiteral _ -> _ -> NULL_LONG;
            case ColumnRef column -> {
                int index = column.index();
                yield row -> row.isNull(index) ? NULL_LONG : row.longAt(index);
            }
            case Negate(Node operand) -> {
                LongCode code = longs(operand);
                // the missing value is its own negative
                yield row -> -code.eval(row);
            }
            case Arithmetic arithmetic -> longArithmetic(arithmetic);
            case Case choice -> longCase(choice);
            case Call call -> longCall(call);
            case Cast(Node operand, ColumnType type) -> longCast(operand, type);
            case DoubleLiteral _,
                    BooleanLiteral _,
                    TextLiteral _,
                    UntypedNull _,
                    Invalid _,
                    Join _,
                    Comparison _,
                    Not _,
                    And _,
                    Or _,
                    IsNull _,
                    Between _,
                    In _,
                    Like _ -> throw mismatch(node);
        };
    }

    /** A function of two longs that are not missing; may yield missing. */
    private interface LongFunction {
        long apply(long x, long y);
    }

    private static LongCode longArithmetic(Arithmetic node) {
        LongCode left = longs(node.left());
        LongCode right = longs(node.right());
        LongFunction function =
                switch (node.op()) {
                    case ADD -> Scalars::add;
                    case SUBTRACT -> Scalars::subtract;
                    case MULTIPLY -> Scalars::multiply;
                    case REMAINDER -> (x, y) -> y == 0 ? NULL_LONG : x % y;
                    case DIVIDE -> throw mismatch(node);
                };
        boolean date = node.type() == ColumnType.DATE;
        return row -> {
            long x = left.eval(row);
            long y = right.eval(row);
            if (x == NULL_LONG || y == NULL_LONG) {
                return NULL_LONG;
            }
            long result = function.apply(x, y);
            return date ? Scalars.dayOrNull(result) : result;
        };
    }

    private static LongCode longCase(Case node) {
        TruthCode[] conditions = conditions(node);
        LongCode[] results =
                node.branches().stream().map(branch -> longs(branch.then())).toArray(LongCode[]::new);
        Node last = node.otherwise();
        LongCode otherwise = last == null ? _ -> NULL_LONG : longs(last);
        return row -> {
            for (int i = 0; i < conditions.length; i++) {
                if (conditions[i].eval(row) == TRUE) {
                    return results[i].eval(row);
                }
            }
            return otherwise.eval(row);
        };
    }

    private static LongCode longCall(Call node) {
        List<Node> arguments = node.arguments();
        return switch (node.function()) {
            case ABS -> {
                LongCode code = longs(arguments.getFirst());
                // Math.abs keeps the missing value
                yield row -> Math.abs(code.eval(row));
            }
            case SIGN -> {
                LongCode code = longs(arguments.getFirst());
                yield row -> {
                    long x = code.eval(row);
                    return x == NULL_LONG ? x : Long.signum(x);
                };
            }
            case FLOOR, CEIL, ROUND -> longs(arguments.getFirst());
            case GREATEST, LEAST -> {
                LongCode[] codes = arguments.stream().map(Compiler::longs).toArray(LongCode[]::new);
                boolean greatest = node.function() == ScalarFunction.GREATEST;
                yield row -> {
                    long best = NULL_LONG;
                    for (LongCode code : codes) {
                        long x = code.eval(row);
                        if (x != NULL_LONG && (best == NULL_LONG || (greatest ? x > best : x < best))) {
                            best = x;
                        }
                    }
                    return best;
                };
            }
            case COALESCE -> {
                LongCode[] codes = arguments.stream().map(Compiler::longs).toArray(LongCode[]::new);
                yield row -> {
                    for (LongCode code : codes) {
                        long x = code.eval(row);
                        if (x != NULL_LONG) {
                            return x;
                        }
                    }
                    return NULL_LONG;
                };
            }
            case NULLIF -> {
                LongCode code = longs(arguments.get(0));
                SignCode sign = sign(arguments.get(0), arguments.get(1));
                yield row -> sign.eval(row) == 0 ? NULL_LONG : code.eval(row);
            }
            case LENGTH -> {
                TextCode code = texts(arguments.getFirst());
                yield row -> {
                    String text = code.eval(row);
                    return text == null ? NULL_LONG : text.codePointCount(0, text.length());
                };
            }
            case YEAR -> datePart(node, LocalDate::getYear);
            case MONTH -> datePart(node, LocalDate::getMonthValue);
            case DAY -> datePart(node, LocalDate::getDayOfMonth);
            case DAY_OF_YEAR -> datePart(node, LocalDate::getDayOfYear);
            case DAY_OF_WEEK -> datePart(node, date -> date.getDayOfWeek().getValue());
            case HOUR -> timePart(node, MICROS_PER_HOUR, 24);
            case MINUTE -> timePart(node, MICROS_PER_MINUTE, 60);
            case LN, LOG10, EXP, SQRT, POW, LOWER, UPPER, CONCAT, CYCLIC_SIN, CYCLIC_COS -> throw mismatch(node);
        };
    }

    /** A number of a day. */
    private interface DatePart {
        int of(LocalDate date);
    }

    private static LongCode datePart(Call node, DatePart part) {
        Node operand = node.arguments().getFirst();
        boolean timestamp = operand.type() == ColumnType.TIMESTAMP;
        LongCode code = timestamp ? localMicros(node) : longs(operand);
        return row -> {
            long value = code.eval(row);
            if (value == NULL_LONG) {
                return NULL_LONG;
            }
            long day = Scalars.dayOrNull(timestamp ? Scalars.dayOf(value) : value);
            return day == NULL_LONG ? NULL_LONG : part.of(LocalDate.ofEpochDay(day));
        };
    }

    private static LongCode timePart(Call node, long unit, long count) {
        LongCode code = localMicros(node);
        return row -> {
            long value = code.eval(row);
            return value == NULL_LONG ? NULL_LONG : Math.floorMod(Math.floorDiv(value, unit), count);
        };
    }

    /** A timestamp as a clock in the zone shows it, counted as if that were UTC. */
    private static LongCode localMicros(Call node) {
        LongCode code = longs(node.arguments().getFirst());
        if (node.arguments().size() == 1) {
            return code;
        }
        if (!(node.arguments().get(1) instanceof TextLiteral(String zone))) {
            throw mismatch(node);
        }
        ZoneRules rules = ZoneId.of(zone).getRules();
        return row -> {
            long value = code.eval(row);
            return value == NULL_LONG
                    ? NULL_LONG
                    : Scalars.add(
                            value, rules.getOffset(Micros.toInstant(value)).getTotalSeconds() * MICROS_PER_SECOND);
        };
    }

    private interface Wave {
        double of(double angle);
    }

    private static DoubleCode cyclic(Call node, Wave wave) {
        DoubleCode value = doubles(node.arguments().get(0));
        DoubleCode period = doubles(node.arguments().get(1));
        return row -> {
            double x = value.eval(row);
            double p = period.eval(row);
            if (Code.isNull(x) || Code.isNull(p) || p == 0) {
                return NULL_DOUBLE;
            }
            return Scalars.unlessInvented(wave.of(2 * Math.PI * (x / p)), x, p);
        };
    }

    private static LongCode longCast(Node operand, ColumnType type) {
        return switch (operand.type()) {
            case DOUBLE -> {
                DoubleCode code = doubles(operand);
                // the missing value is a NaN, and NaN becomes missing
                yield row -> Scalars.toLong(code.eval(row));
            }
            case BOOLEAN -> {
                TruthCode code = truths(operand);
                yield row -> {
                    int value = code.eval(row);
                    return value == UNKNOWN ? NULL_LONG : value;
                };
            }
            case STRING -> {
                TextCode code = texts(operand);
                yield row -> {
                    String text = code.eval(row);
                    return text == null
                            ? NULL_LONG
                            : switch (type) {
                                case DATE -> Scalars.toDay(text);
                                case TIMESTAMP -> Scalars.toMicros(text);
                                case LONG, DOUBLE, BOOLEAN, STRING -> Scalars.toLong(text);
                            };
                };
            }
            case LONG, DATE, TIMESTAMP -> {
                LongCode code = longs(operand);
                if (operand.type() == type) {
                    yield code;
                }
                boolean toDate = type == ColumnType.DATE;
                yield row -> {
                    long value = code.eval(row);
                    return value == NULL_LONG ? value : toDate ? Scalars.dayOf(value) : Scalars.micros(value);
                };
            }
        };
    }

    // ---- truths

    /** Code of a BOOLEAN node. */
    static TruthCode truths(Node node) {
        return switch (node) {
            case BooleanLiteral(boolean value) -> {
                int constant = truth(value);
                yield _ -> constant;
            }
            case NullLiteral _ -> _ -> UNKNOWN;
            case ColumnRef column -> {
                int index = column.index();
                yield row -> row.isNull(index) ? UNKNOWN : truth(row.booleanAt(index));
            }
            case Comparison(ComparisonOp op, Node left, Node right) -> {
                SignCode code = sign(left, right);
                yield row -> {
                    int sign = code.eval(row);
                    return sign == NO_SIGN ? UNKNOWN : truth(op.holds(sign));
                };
            }
            case Not(Node operand) -> {
                TruthCode code = truths(operand);
                yield row -> {
                    int value = code.eval(row);
                    return value == UNKNOWN ? UNKNOWN : TRUE - value;
                };
            }
            case And(Node left, Node right) -> {
                TruthCode one = truths(left);
                TruthCode other = truths(right);
                yield row -> {
                    int x = one.eval(row);
                    if (x == FALSE) {
                        return FALSE;
                    }
                    int y = other.eval(row);
                    return y == FALSE ? FALSE : Math.min(x, y);
                };
            }
            case Or(Node left, Node right) -> {
                TruthCode one = truths(left);
                TruthCode other = truths(right);
                yield row -> {
                    int x = one.eval(row);
                    if (x == TRUE) {
                        return TRUE;
                    }
                    int y = other.eval(row);
                    return y == TRUE ? TRUE : Math.min(x, y);
                };
            }
            case IsNull(Node operand, boolean negated) -> isNull(operand, negated);
            case Between(Node operand, Node low, Node high, boolean negated) -> {
                Node both = new And(
                        new Comparison(ComparisonOp.GREATER_OR_EQUAL, operand, low),
                        new Comparison(ComparisonOp.LESS_OR_EQUAL, operand, high));
                yield truths(negated ? new Not(both) : both);
            }
            case In in -> in(in);
            case Like(Node operand, String pattern, boolean negated) -> {
                TextCode code = texts(operand);
                LikePattern like = new LikePattern(pattern);
                yield row -> {
                    String text = code.eval(row);
                    return text == null ? UNKNOWN : truth(like.matches(text) != negated);
                };
            }
            case Case choice -> truthCase(choice);
            case Call call -> truthCall(call);
            case Cast(Node operand, _) -> truthCast(operand);
            case DoubleLiteral _,
                    LongLiteral _,
                    TextLiteral _,
                    DateLiteral _,
                    TimestampLiteral _,
                    UntypedNull _,
                    Invalid _,
                    Negate _,
                    Arithmetic _,
                    Join _ -> throw mismatch(node);
        };
    }

    private static TruthCode isNull(Node operand, boolean negated) {
        return switch (operand.type()) {
            case DOUBLE -> {
                DoubleCode code = doubles(operand);
                yield row -> truth(Code.isNull(code.eval(row)) != negated);
            }
            case LONG, DATE, TIMESTAMP -> {
                LongCode code = longs(operand);
                yield row -> truth((code.eval(row) == NULL_LONG) != negated);
            }
            case BOOLEAN -> {
                TruthCode code = truths(operand);
                yield row -> truth((code.eval(row) == UNKNOWN) != negated);
            }
            case STRING -> {
                TextCode code = texts(operand);
                yield row -> truth((code.eval(row) == null) != negated);
            }
        };
    }

    private static TruthCode in(In node) {
        SignCode[] signs = node.choices().stream()
                .map(choice -> sign(node.operand(), choice))
                .toArray(SignCode[]::new);
        int found = truth(!node.negated());
        int absent = truth(node.negated());
        return row -> {
            boolean unknown = false;
            for (SignCode sign : signs) {
                int value = sign.eval(row);
                if (value == 0) {
                    return found;
                }
                unknown |= value == NO_SIGN;
            }
            return unknown ? UNKNOWN : absent;
        };
    }

    private static TruthCode truthCase(Case node) {
        TruthCode[] conditions = conditions(node);
        TruthCode[] results =
                node.branches().stream().map(branch -> truths(branch.then())).toArray(TruthCode[]::new);
        Node last = node.otherwise();
        TruthCode otherwise = last == null ? _ -> UNKNOWN : truths(last);
        return row -> {
            for (int i = 0; i < conditions.length; i++) {
                if (conditions[i].eval(row) == TRUE) {
                    return results[i].eval(row);
                }
            }
            return otherwise.eval(row);
        };
    }

    private static TruthCode truthCall(Call node) {
        List<Node> arguments = node.arguments();
        return switch (node.function()) {
            case GREATEST, LEAST -> {
                TruthCode[] codes = arguments.stream().map(Compiler::truths).toArray(TruthCode[]::new);
                boolean greatest = node.function() == ScalarFunction.GREATEST;
                yield row -> {
                    int best = UNKNOWN;
                    for (TruthCode code : codes) {
                        int x = code.eval(row);
                        if (x != UNKNOWN && (best == UNKNOWN || (greatest ? x > best : x < best))) {
                            best = x;
                        }
                    }
                    return best;
                };
            }
            case COALESCE -> {
                TruthCode[] codes = arguments.stream().map(Compiler::truths).toArray(TruthCode[]::new);
                yield row -> {
                    for (TruthCode code : codes) {
                        int x = code.eval(row);
                        if (x != UNKNOWN) {
                            return x;
                        }
                    }
                    return UNKNOWN;
                };
            }
            case NULLIF -> {
                TruthCode code = truths(arguments.get(0));
                SignCode sign = sign(arguments.get(0), arguments.get(1));
                yield row -> sign.eval(row) == 0 ? UNKNOWN : code.eval(row);
            }
            case ABS,
                    SIGN,
                    FLOOR,
                    CEIL,
                    ROUND,
                    LN,
                    LOG10,
                    EXP,
                    SQRT,
                    POW,
                    LOWER,
                    UPPER,
                    LENGTH,
                    CONCAT,
                    YEAR,
                    MONTH,
                    DAY,
                    DAY_OF_YEAR,
                    DAY_OF_WEEK,
                    HOUR,
                    MINUTE,
                    CYCLIC_SIN,
                    CYCLIC_COS -> throw mismatch(node);
        };
    }

    private static TruthCode truthCast(Node operand) {
        return switch (operand.type()) {
            case BOOLEAN -> truths(operand);
            case DOUBLE, LONG -> {
                DoubleCode code = doubles(operand);
                yield row -> {
                    double value = code.eval(row);
                    return Code.isNull(value) ? UNKNOWN : truth(value != 0);
                };
            }
            case STRING -> {
                TextCode code = texts(operand);
                yield row -> {
                    String text = code.eval(row);
                    return text == null ? UNKNOWN : Scalars.toTruth(text);
                };
            }
            case DATE, TIMESTAMP -> throw mismatch(operand);
        };
    }

    /** The conditions of the branches; with a subject, its equality with each {@code when}. */
    private static TruthCode[] conditions(Case node) {
        Node subject = node.subject();
        return node.branches().stream()
                .map(When::when)
                .map(when -> truths(subject == null ? when : new Comparison(ComparisonOp.EQUAL, subject, when)))
                .toArray(TruthCode[]::new);
    }

    // ---- comparisons

    private static SignCode sign(Node left, Node right) {
        ColumnType type = left.type() == right.type() ? left.type() : ColumnType.DOUBLE;
        return switch (type) {
            case DOUBLE -> {
                DoubleCode one = doubles(left);
                DoubleCode other = doubles(right);
                yield row -> {
                    double x = one.eval(row);
                    double y = other.eval(row);
                    return Code.isNull(x) || Code.isNull(y) ? NO_SIGN : Code.compare(x, y);
                };
            }
            case LONG, DATE, TIMESTAMP -> {
                LongCode one = longs(left);
                LongCode other = longs(right);
                yield row -> {
                    long x = one.eval(row);
                    long y = other.eval(row);
                    return x == NULL_LONG || y == NULL_LONG ? NO_SIGN : Long.compare(x, y);
                };
            }
            case BOOLEAN -> {
                TruthCode one = truths(left);
                TruthCode other = truths(right);
                yield row -> {
                    int x = one.eval(row);
                    int y = other.eval(row);
                    return x == UNKNOWN || y == UNKNOWN ? NO_SIGN : Integer.compare(x, y);
                };
            }
            case STRING -> {
                TextCode one = texts(left);
                TextCode other = texts(right);
                yield row -> {
                    String x = one.eval(row);
                    String y = other.eval(row);
                    return x == null || y == null ? NO_SIGN : Code.compare(x, y);
                };
            }
        };
    }

    // ---- texts

    /** Code of a STRING node. */
    static TextCode texts(Node node) {
        return switch (node) {
            case TextLiteral(String value) -> _ -> value;
            case NullLiteral _ -> _ -> null;
            case ColumnRef column -> {
                int index = column.index();
                yield row -> row.isNull(index) ? null : row.textAt(index);
            }
            case Join(Node left, Node right) -> {
                TextCode one = texts(left);
                TextCode other = texts(right);
                yield row -> {
                    String x = one.eval(row);
                    String y = other.eval(row);
                    return x == null || y == null ? null : x + y;
                };
            }
            case Case choice -> textCase(choice);
            case Call call -> textCall(call);
            case Cast(Node operand, _) -> textCast(operand);
            case DoubleLiteral _,
                    LongLiteral _,
                    BooleanLiteral _,
                    DateLiteral _,
                    TimestampLiteral _,
                    UntypedNull _,
                    Invalid _,
                    Negate _,
                    Arithmetic _,
                    Comparison _,
                    Not _,
                    And _,
                    Or _,
                    IsNull _,
                    Between _,
                    In _,
                    Like _ -> throw mismatch(node);
        };
    }

    private static TextCode textCase(Case node) {
        TruthCode[] conditions = conditions(node);
        TextCode[] results =
                node.branches().stream().map(branch -> texts(branch.then())).toArray(TextCode[]::new);
        Node last = node.otherwise();
        TextCode otherwise = last == null ? _ -> null : texts(last);
        return row -> {
            for (int i = 0; i < conditions.length; i++) {
                if (conditions[i].eval(row) == TRUE) {
                    return results[i].eval(row);
                }
            }
            return otherwise.eval(row);
        };
    }

    private static TextCode textCall(Call node) {
        List<Node> arguments = node.arguments();
        TextCode[] codes = arguments.stream()
                .filter(argument -> argument.type() == ColumnType.STRING)
                .map(Compiler::texts)
                .toArray(TextCode[]::new);
        return switch (node.function()) {
            case LOWER ->
                row -> {
                    String text = codes[0].eval(row);
                    return text == null ? null : text.toLowerCase(Locale.ROOT);
                };
            case UPPER ->
                row -> {
                    String text = codes[0].eval(row);
                    return text == null ? null : text.toUpperCase(Locale.ROOT);
                };
            case CONCAT ->
                row -> {
                    StringBuilder all = new StringBuilder();
                    for (TextCode code : codes) {
                        String text = code.eval(row);
                        if (text != null) {
                            all.append(text);
                        }
                    }
                    return all.toString();
                };
            case GREATEST -> extreme(codes, 1);
            case LEAST -> extreme(codes, -1);
            case COALESCE ->
                row -> {
                    for (TextCode code : codes) {
                        String text = code.eval(row);
                        if (text != null) {
                            return text;
                        }
                    }
                    return null;
                };
            case NULLIF -> {
                SignCode sign = sign(arguments.get(0), arguments.get(1));
                yield row -> sign.eval(row) == 0 ? null : codes[0].eval(row);
            }
            case ABS,
                    SIGN,
                    FLOOR,
                    CEIL,
                    ROUND,
                    LN,
                    LOG10,
                    EXP,
                    SQRT,
                    POW,
                    LENGTH,
                    YEAR,
                    MONTH,
                    DAY,
                    DAY_OF_YEAR,
                    DAY_OF_WEEK,
                    HOUR,
                    MINUTE,
                    CYCLIC_SIN,
                    CYCLIC_COS -> throw mismatch(node);
        };
    }

    private static TextCode extreme(TextCode[] codes, int wantedSign) {
        return row -> {
            String best = null;
            for (TextCode code : codes) {
                String text = code.eval(row);
                if (text != null && (best == null || Code.compare(text, best) == wantedSign)) {
                    best = text;
                }
            }
            return best;
        };
    }

    private static TextCode textCast(Node operand) {
        ColumnType type = operand.type();
        return switch (type) {
            case STRING -> texts(operand);
            case DOUBLE -> {
                DoubleCode code = doubles(operand);
                yield row -> {
                    double value = code.eval(row);
                    return Code.isNull(value) ? null : Double.toString(value);
                };
            }
            case LONG, DATE, TIMESTAMP -> {
                LongCode code = longs(operand);
                yield row -> {
                    long value = code.eval(row);
                    return value == NULL_LONG ? null : Scalars.text(value, type);
                };
            }
            case BOOLEAN -> {
                TruthCode code = truths(operand);
                yield row -> truthText(code.eval(row));
            }
        };
    }

    private static @Nullable String truthText(int value) {
        return value == UNKNOWN ? null : Boolean.toString(value == TRUE);
    }

    private static IllegalStateException mismatch(Node node) {
        return new IllegalStateException("The node (%s) does not fit its place.".formatted(node));
    }
}
