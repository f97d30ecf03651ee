package dev.keelson.expression;

import dev.keelson.frame.ColumnType;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A typed node of the syntax tree. Equal trees mean the same thing over the same schema. */
sealed interface Node {

    ColumnType type();

    /** The nodes directly below, in the order they are written. */
    static List<Node> children(Node node) {
        return switch (node) {
            case DoubleLiteral _,
                    LongLiteral _,
                    BooleanLiteral _,
                    TextLiteral _,
                    DateLiteral _,
                    TimestampLiteral _,
                    NullLiteral _,
                    UntypedNull _,
                    Invalid _,
                    ColumnRef _ -> List.of();
            case Negate negate -> List.of(negate.operand());
            case Arithmetic arithmetic -> List.of(arithmetic.left(), arithmetic.right());
            case Join join -> List.of(join.left(), join.right());
            case Comparison comparison -> List.of(comparison.left(), comparison.right());
            case Not not -> List.of(not.operand());
            case And and -> List.of(and.left(), and.right());
            case Or or -> List.of(or.left(), or.right());
            case IsNull test -> List.of(test.operand());
            case Between between -> List.of(between.operand(), between.low(), between.high());
            case Like like -> List.of(like.operand());
            case Call call -> call.arguments();
            case Cast cast -> List.of(cast.operand());
            case In in -> {
                List<Node> all = new ArrayList<>();
                all.add(in.operand());
                all.addAll(in.choices());
                yield all;
            }
            case Case choice -> {
                List<Node> all = new ArrayList<>();
                if (choice.subject() != null) {
                    all.add(choice.subject());
                }
                for (When branch : choice.branches()) {
                    all.add(branch.when());
                    all.add(branch.then());
                }
                if (choice.otherwise() != null) {
                    all.add(choice.otherwise());
                }
                yield all;
            }
        };
    }

    record DoubleLiteral(double value) implements Node {
        @Override
        public ColumnType type() {
            return ColumnType.DOUBLE;
        }
    }

    record LongLiteral(long value) implements Node {
        @Override
        public ColumnType type() {
            return ColumnType.LONG;
        }
    }

    record BooleanLiteral(boolean value) implements Node {
        @Override
        public ColumnType type() {
            return ColumnType.BOOLEAN;
        }
    }

    record TextLiteral(String value) implements Node {
        @Override
        public ColumnType type() {
            return ColumnType.STRING;
        }
    }

    /** Days since 1970-01-01. */
    record DateLiteral(long day) implements Node {
        @Override
        public ColumnType type() {
            return ColumnType.DATE;
        }
    }

    /** Microseconds since 1970-01-01T00:00:00Z. */
    record TimestampLiteral(long micros) implements Node {
        @Override
        public ColumnType type() {
            return ColumnType.TIMESTAMP;
        }
    }

    /** {@code null} whose type its surroundings told. */
    record NullLiteral(ColumnType type) implements Node {}

    /** {@code null} before its type is known; never in a finished tree. */
    record UntypedNull() implements Node {
        @Override
        public ColumnType type() {
            throw new IllegalStateException("The type of a null must be resolved before it is asked for.");
        }
    }

    /** Stands for something already reported as wrong; never in a finished tree. */
    record Invalid(boolean unknownName) implements Node {
        @Override
        public ColumnType type() {
            throw new IllegalStateException("An invalid part of an expression has no type.");
        }
    }

    record ColumnRef(String name, int index, ColumnType type) implements Node {}

    record Negate(Node operand) implements Node {
        @Override
        public ColumnType type() {
            return operand.type();
        }
    }

    record Arithmetic(ArithmeticOp op, Node left, Node right, ColumnType type) implements Node {}

    /** {@code ||}. */
    record Join(Node left, Node right) implements Node {
        @Override
        public ColumnType type() {
            return ColumnType.STRING;
        }
    }

    record Comparison(ComparisonOp op, Node left, Node right) implements Predicate {}

    record Not(Node operand) implements Predicate {}

    record And(Node left, Node right) implements Predicate {}

    record Or(Node left, Node right) implements Predicate {}

    record IsNull(Node operand, boolean negated) implements Predicate {}

    record Between(Node operand, Node low, Node high, boolean negated) implements Predicate {}

    record In(Node operand, List<Node> choices, boolean negated) implements Predicate {}

    record Like(Node operand, String pattern, boolean negated) implements Predicate {}

    /** {@code case}; with a subject, each {@code when} is compared with it. */
    record Case(@Nullable Node subject, List<When> branches, @Nullable Node otherwise, ColumnType type)
            implements Node {}

    /** One branch of a {@code case}. */
    record When(Node when, Node then) {}

    record Call(ScalarFunction function, List<Node> arguments, ColumnType type) implements Node {}

    record Cast(Node operand, ColumnType type) implements Node {}

    /** True, false or unknown. */
    sealed interface Predicate extends Node {
        @Override
        default ColumnType type() {
            return ColumnType.BOOLEAN;
        }
    }

    /** Arithmetic operators. */
    enum ArithmeticOp {
        ADD("+"),
        SUBTRACT("-"),
        MULTIPLY("*"),
        DIVIDE("/"),
        REMAINDER("%");

        private final String symbol;

        ArithmeticOp(String symbol) {
            this.symbol = symbol;
        }

        String symbol() {
            return symbol;
        }
    }

    /** Comparison operators. */
    enum ComparisonOp {
        EQUAL("="),
        NOT_EQUAL("!="),
        LESS("<"),
        LESS_OR_EQUAL("<="),
        GREATER(">"),
        GREATER_OR_EQUAL(">=");

        private final String symbol;

        ComparisonOp(String symbol) {
            this.symbol = symbol;
        }

        String symbol() {
            return symbol;
        }

        /** Whether it holds for two values whose comparison has that sign. */
        boolean holds(int sign) {
            return switch (this) {
                case EQUAL -> sign == 0;
                case NOT_EQUAL -> sign != 0;
                case LESS -> sign < 0;
                case LESS_OR_EQUAL -> sign <= 0;
                case GREATER -> sign > 0;
                case GREATER_OR_EQUAL -> sign >= 0;
            };
        }

        /** The operator a token writes, or null. */
        static @Nullable ComparisonOp of(Token token) {
            if (token.kind() != Token.Kind.SYMBOL) {
                return null;
            }
            return switch (token.text()) {
                case "=", "==" -> EQUAL;
                case "!=", "<>" -> NOT_EQUAL;
                case "<" -> LESS;
                case "<=" -> LESS_OR_EQUAL;
                case ">" -> GREATER;
                case ">=" -> GREATER_OR_EQUAL;
                default -> null;
            };
        }
    }
}
