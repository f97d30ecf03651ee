package dev.keelson.expression;

import dev.keelson.expression.Node.And;
import dev.keelson.expression.Node.Arithmetic;
import dev.keelson.expression.Node.Between;
import dev.keelson.expression.Node.BooleanLiteral;
import dev.keelson.expression.Node.Call;
import dev.keelson.expression.Node.Case;
import dev.keelson.expression.Node.Cast;
import dev.keelson.expression.Node.ColumnRef;
import dev.keelson.expression.Node.Comparison;
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
import java.util.List;
import java.util.Locale;

/** Writes a tree in its canonical form: lower-case keywords, the fewest brackets, one spelling for each operator. */
final class Printer {
    private static final int OR = 1;
    private static final int AND = 2;
    private static final int NOT = 3;
    private static final int PREDICATE = 4;
    private static final int JOIN = 5;
    private static final int SUM = 6;
    private static final int PRODUCT = 7;
    private static final int SIGN = 8;
    private static final int PRIMARY = 9;

    private final StringBuilder out = new StringBuilder();

    private Printer() {}

    static String text(Node node) {
        Printer printer = new Printer();
        printer.write(node, OR);
        return printer.out.toString();
    }

    /** A column name as it must be written. */
    static String name(String name) {
        return Lexer.isPlainName(name) && !ScalarParser.isReserved(name)
                ? name
                : '"' + name.replace("\"", "\"\"") + '"';
    }

    static String typeName(ColumnType type) {
        return type.name().toLowerCase(Locale.ROOT);
    }

    private void write(Node node, int lowest) {
        boolean bracket = precedence(node) < lowest;
        if (bracket) {
            out.append('(');
        }
        switch (node) {
            case DoubleLiteral literal -> out.append(literal.value());
            case LongLiteral literal -> out.append(literal.value());
            case BooleanLiteral literal -> out.append(literal.value());
            case TextLiteral literal -> quote(literal.value());
            case DateLiteral literal -> {
                out.append("date ");
                quote(LocalDate.ofEpochDay(literal.day()).toString());
            }
            case TimestampLiteral literal -> {
                out.append("timestamp ");
                quote(Micros.toInstant(literal.micros()).toString());
            }
            case NullLiteral _, UntypedNull _ -> out.append("null");
            case Invalid _ -> throw new IllegalStateException("An invalid part of an expression has no text.");
            case ColumnRef column -> out.append(name(column.name()));
            case Negate negate -> {
                out.append('-');
                write(negate.operand(), PRIMARY);
            }
            case Arithmetic arithmetic ->
                binary(arithmetic.left(), arithmetic.op().symbol(), arithmetic.right(), precedence(arithmetic));
            case Join join -> binary(join.left(), "||", join.right(), JOIN);
            case And and -> binary(and.left(), "and", and.right(), AND);
            case Or or -> binary(or.left(), "or", or.right(), OR);
            case Not not -> {
                out.append("not ");
                write(not.operand(), NOT);
            }
            case Comparison comparison -> {
                write(comparison.left(), JOIN);
                out.append(' ').append(comparison.op().symbol()).append(' ');
                write(comparison.right(), JOIN);
            }
            case IsNull test -> {
                write(test.operand(), JOIN);
                out.append(test.negated() ? " is not null" : " is null");
            }
            case Between between -> {
                write(between.operand(), JOIN);
                out.append(between.negated() ? " not between " : " between ");
                write(between.low(), JOIN);
                out.append(" and ");
                write(between.high(), JOIN);
            }
            case In in -> {
                write(in.operand(), JOIN);
                out.append(in.negated() ? " not in (" : " in (");
                list(in.choices());
            }
            case Like like -> {
                write(like.operand(), JOIN);
                out.append(like.negated() ? " not like " : " like ");
                quote(like.pattern());
            }
            case Case choice -> writeCase(choice);
            case Call call -> {
                out.append(call.function().text()).append('(');
                list(call.arguments());
            }
            case Cast cast -> {
                out.append("cast(");
                write(cast.operand(), OR);
                out.append(" as ").append(typeName(cast.type())).append(')');
            }
        }
        if (bracket) {
            out.append(')');
        }
    }

    private void writeCase(Case choice) {
        out.append("case");
        if (choice.subject() != null) {
            out.append(' ');
            write(choice.subject(), OR);
        }
        for (When branch : choice.branches()) {
            out.append(" when ");
            write(branch.when(), OR);
            out.append(" then ");
            write(branch.then(), OR);
        }
        if (choice.otherwise() != null) {
            out.append(" else ");
            write(choice.otherwise(), OR);
        }
        out.append(" end");
    }

    private void binary(Node left, String symbol, Node right, int precedence) {
        write(left, precedence);
        out.append(' ').append(symbol).append(' ');
        write(right, precedence + 1);
    }

    private void list(List<Node> nodes) {
        for (int i = 0; i < nodes.size(); i++) {
            if (i > 0) {
                out.append(", ");
            }
            write(nodes.get(i), OR);
        }
        out.append(')');
    }

    private void quote(String text) {
        out.append('\'').append(text.replace("'", "''")).append('\'');
    }

    private static int precedence(Node node) {
        return switch (node) {
            case Or _ -> OR;
            case And _ -> AND;
            case Not _ -> NOT;
            case Comparison _, IsNull _, Between _, In _, Like _ -> PREDICATE;
            case Join _ -> JOIN;
            case Arithmetic arithmetic ->
                switch (arithmetic.op()) {
                    case ADD, SUBTRACT -> SUM;
                    case MULTIPLY, DIVIDE, REMAINDER -> PRODUCT;
                };
            case Negate _ -> SIGN;
            case DoubleLiteral _,
                    LongLiteral _,
                    BooleanLiteral _,
                    TextLiteral _,
                    DateLiteral _,
                    TimestampLiteral _,
                    NullLiteral _,
                    UntypedNull _,
                    Invalid _,
                    ColumnRef _,
                    Case _,
                    Call _,
                    Cast _ -> PRIMARY;
        };
    }
}
