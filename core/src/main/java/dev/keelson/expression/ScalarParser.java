package dev.keelson.expression;

import dev.keelson.error.KeelsonException;
import dev.keelson.error.Suggestion;
import dev.keelson.expression.Node.And;
import dev.keelson.expression.Node.Arithmetic;
import dev.keelson.expression.Node.ArithmeticOp;
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
import dev.keelson.expression.Token.Kind;
import dev.keelson.frame.ColumnType;
import dev.keelson.frame.Micros;
import dev.keelson.frame.Schema;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Recursive descent over the scalar grammar, typing as it goes. From loose to tight: {@code or}, {@code and}, {@code not},
 * comparisons and tests, {@code ||}, {@code + -}, {@code * / %}, sign.
 *
 * <p>A syntax error ends the parsing; an unknown name or a wrong type is noted and parsing goes on.
 */
final class ScalarParser {
    private static final int MAX_NESTING = 100;
    private static final int NAMES_SHOWN = 12;
    private static final int MAX_DECIMALS = 15;

    private static final List<String> RESERVED = List.of(
            "and", "or", "not", "is", "null", "between", "in", "like", "case", "when", "then", "else", "end", "true",
            "false");

    private static final Map<String, ColumnType> TYPES = Map.ofEntries(
            Map.entry("double", ColumnType.DOUBLE),
            Map.entry("long", ColumnType.LONG),
            Map.entry("int", ColumnType.LONG),
            Map.entry("integer", ColumnType.LONG),
            Map.entry("bigint", ColumnType.LONG),
            Map.entry("boolean", ColumnType.BOOLEAN),
            Map.entry("string", ColumnType.STRING),
            Map.entry("text", ColumnType.STRING),
            Map.entry("varchar", ColumnType.STRING),
            Map.entry("date", ColumnType.DATE),
            Map.entry("timestamp", ColumnType.TIMESTAMP));

    private final TokenStream tokens;
    private final Schema schema;
    private final Diagnostics diagnostics;
    private int nesting;

    ScalarParser(TokenStream tokens, Schema schema) {
        this.tokens = tokens;
        this.schema = schema;
        this.diagnostics = tokens.diagnostics();
    }

    static boolean isReserved(String word) {
        return RESERVED.contains(word.toLowerCase(Locale.ROOT));
    }

    /** An expression up to the first token that cannot belong to it. The root may be invalid, but is never untyped. */
    Node expression() {
        int start = tokens.peek().start();
        Node node = any();
        return node instanceof UntypedNull ? untellable(start) : node;
    }

    /** A column by its name, which is the next token. */
    Node column() {
        Token token = tokens.peek();
        if (token.kind() != Kind.QUOTED && !(token.kind() == Kind.WORD && !isReserved(token.text()))) {
            throw tokens.unexpected("the name of a column", null);
        }
        return columnOf(tokens.next());
    }

    private Node any() {
        Token start = tokens.peek();
        if (++nesting > MAX_NESTING) {
            throw diagnostics.fatal(
                    start.start(),
                    "The expression is nested more than %d deep.".formatted(MAX_NESTING),
                    "Maybe a part of it can become a derived column.");
        }
        Node node = disjunction();
        nesting--;
        return node;
    }

    private Node disjunction() {
        int start = tokens.peek().start();
        Node left = conjunction();
        while (tokens.acceptWord("or")) {
            int rightStart = tokens.peek().start();
            Node right = conjunction();
            Node l = truth(left, start, "or");
            Node r = truth(right, rightStart, "or");
            left = bad(l, r) ? invalid() : new Or(l, r);
        }
        return left;
    }

    private Node conjunction() {
        int start = tokens.peek().start();
        Node left = negation();
        while (tokens.acceptWord("and")) {
            int rightStart = tokens.peek().start();
            Node right = negation();
            Node l = truth(left, start, "and");
            Node r = truth(right, rightStart, "and");
            left = bad(l, r) ? invalid() : new And(l, r);
        }
        return left;
    }

    private Node negation() {
        int nots = 0;
        while (tokens.acceptWord("not")) {
            nots++;
        }
        int start = tokens.peek().start();
        Node node = predicate();
        for (; nots > 0; nots--) {
            Node operand = truth(node, start, "not");
            node = bad(operand) ? invalid() : new Not(operand);
        }
        return node;
    }

    private Node predicate() {
        int start = tokens.peek().start();
        Node left = join();
        Token token = tokens.peek();
        ComparisonOp op = ComparisonOp.of(token);
        Node result;
        if (op != null) {
            tokens.next();
            result = comparison(left, start, op, token);
        } else if (tokens.acceptWord("is")) {
            boolean negated = tokens.acceptWord("not");
            tokens.expectWord("null", "after `is`");
            Node operand = left instanceof UntypedNull ? new NullLiteral(ColumnType.BOOLEAN) : left;
            result = bad(operand) ? invalid() : new IsNull(operand, negated);
        } else {
            boolean negated = token.isWord("not");
            Token test = negated ? tokens.peek(1) : token;
            if (!test.isWord("between") && !test.isWord("in") && !test.isWord("like")) {
                if (negated) {
                    tokens.next();
                    throw tokens.unexpected("`between`, `in` or `like` after `not`", null);
                }
                return left;
            }
            if (negated) {
                tokens.next();
            }
            tokens.next();
            result = test.isWord("between")
                    ? between(left, negated, test)
                    : test.isWord("in") ? in(left, negated, test) : like(left, start, negated);
        }
        refuseChain();
        return result;
    }

    private void refuseChain() {
        Token next = tokens.peek();
        if (ComparisonOp.of(next) != null) {
            throw diagnostics.fatal(
                    next.start(),
                    "A comparison (%s) cannot follow another one.".formatted(next.text()),
                    "Maybe `a < b and b < c` was meant, or brackets are missing.");
        }
        if (next.isWord("is") || next.isWord("between") || next.isWord("in") || next.isWord("like")) {
            throw diagnostics.fatal(
                    next.start(),
                    "The test (%s) cannot follow a comparison.".formatted(next.text()),
                    "Maybe brackets are missing around the comparison.");
        }
    }

    private Node comparison(Node left, int leftStart, ComparisonOp op, Token token) {
        Token rightToken = tokens.peek();
        Node right = join();
        if (left instanceof Invalid(boolean unknown) && unknown && isText(right)) {
            diagnostics.rehint(leftStart, "Maybe a text was meant: texts stand in single quotes.");
        }
        if (right instanceof Invalid(boolean unknown) && unknown && isText(left)) {
            diagnostics.rehint(
                    rightToken.start(),
                    "Maybe the text '%s' was meant: texts stand in single quotes.".formatted(rightToken.text()));
        }
        List<Node> sides = comparable(List.of(left, right), token);
        return sides.isEmpty() ? invalid() : new Comparison(op, sides.get(0), sides.get(1));
    }

    private Node between(Node operand, boolean negated, Token token) {
        Node low = join();
        tokens.expectWord("and", "between the two ends of `between`");
        Node high = join();
        List<Node> nodes = comparable(List.of(operand, low, high), token);
        return nodes.isEmpty() ? invalid() : new Between(nodes.get(0), nodes.get(1), nodes.get(2), negated);
    }

    private Node in(Node operand, boolean negated, Token token) {
        tokens.expectSymbol("(", "after `in`");
        List<Node> all = new ArrayList<>();
        all.add(operand);
        do {
            all.add(any());
        } while (tokens.acceptSymbol(","));
        tokens.expectSymbol(")", "after the choices of `in`");
        List<Node> nodes = comparable(all, token);
        return nodes.isEmpty()
                ? invalid()
                : new In(nodes.getFirst(), List.copyOf(nodes.subList(1, nodes.size())), negated);
    }

    private Node like(Node operand, int start, boolean negated) {
        if (tokens.peek().kind() != Kind.TEXT) {
            throw tokens.unexpected("a pattern in single quotes after `like`", null);
        }
        String pattern = tokens.next().text();
        Node text = expect(operand, ColumnType.STRING, start, "The left side of `like`");
        return bad(text) ? invalid() : new Like(text, pattern, negated);
    }

    private Node join() {
        int start = tokens.peek().start();
        Node left = sum();
        while (tokens.acceptSymbol("||")) {
            int rightStart = tokens.peek().start();
            Node right = sum();
            Node l = expect(left, ColumnType.STRING, start, "A side of `||`");
            Node r = expect(right, ColumnType.STRING, rightStart, "A side of `||`");
            left = bad(l, r) ? invalid() : new Join(l, r);
        }
        return left;
    }

    private Node sum() {
        int start = tokens.peek().start();
        Node left = product();
        while (true) {
            Token token = tokens.peek();
            ArithmeticOp op = token.isSymbol("+")
                    ? ArithmeticOp.ADD
                    : token.isSymbol("-") ? ArithmeticOp.SUBTRACT : null;
            if (op == null) {
                return left;
            }
            tokens.next();
            int rightStart = tokens.peek().start();
            left = arithmetic(op, left, start, product(), rightStart);
        }
    }

    private Node product() {
        int start = tokens.peek().start();
        Node left = sign();
        while (true) {
            Token token = tokens.peek();
            ArithmeticOp op = token.isSymbol("*")
                    ? ArithmeticOp.MULTIPLY
                    : token.isSymbol("/")
                            ? ArithmeticOp.DIVIDE
                            : token.isSymbol("%") ? ArithmeticOp.REMAINDER : null;
            if (op == null) {
                return left;
            }
            tokens.next();
            int rightStart = tokens.peek().start();
            left = arithmetic(op, left, start, sign(), rightStart);
        }
    }

    private Node arithmetic(ArithmeticOp op, Node left, int leftStart, Node right, int rightStart) {
        if (bad(left, right)) {
            return invalid();
        }
        if (isDate(left) || isDate(right)) {
            return dateArithmetic(op, left, leftStart, right, rightStart);
        }
        String role = "A side of `" + op.symbol() + "`";
        Node l = left instanceof UntypedNull && isNumber(right) ? new NullLiteral(right.type()) : left;
        Node r = right instanceof UntypedNull && isNumber(left) ? new NullLiteral(left.type()) : right;
        l = number(l, leftStart, role);
        r = number(r, rightStart, role);
        if (bad(l, r)) {
            return invalid();
        }
        boolean whole = l.type() == ColumnType.LONG && r.type() == ColumnType.LONG && op != ArithmeticOp.DIVIDE;
        return new Arithmetic(op, l, r, whole ? ColumnType.LONG : ColumnType.DOUBLE);
    }

    /** Day plus or minus days, and the days between two days. */
    private Node dateArithmetic(ArithmeticOp op, Node left, int leftStart, Node right, int rightStart) {
        boolean difference = op == ArithmeticOp.SUBTRACT && !(isDate(left) && isLong(right));
        Node l = left;
        Node r = right;
        if (left instanceof UntypedNull) {
            l = new NullLiteral(difference ? ColumnType.DATE : ColumnType.LONG);
        }
        if (right instanceof UntypedNull) {
            r = new NullLiteral(ColumnType.LONG);
        }
        boolean dates = isDate(l) && isDate(r);
        boolean valid =
                switch (op) {
                    case ADD -> (isDate(l) && isLong(r)) || (isLong(l) && isDate(r));
                    case SUBTRACT -> isDate(l) && (isDate(r) || isLong(r));
                    case MULTIPLY, DIVIDE, REMAINDER -> false;
                };
        if (!valid) {
            diagnostics.type(
                    isDate(left) ? rightStart : leftStart,
                    "`%s` has no meaning between %s and %s."
                            .formatted(op.symbol(), Printer.typeName(l.type()), Printer.typeName(r.type())),
                    "Maybe whole days were meant: date + 7, or date - date.");
            return invalid();
        }
        return new Arithmetic(op, l, r, dates ? ColumnType.LONG : ColumnType.DATE);
    }

    private Node sign() {
        int signs = 0;
        while (tokens.acceptSymbol("-")) {
            signs++;
        }
        int start = tokens.peek().start();
        if (signs > MAX_NESTING) {
            throw diagnostics.fatal(start, "There are more than %d signs in a row.".formatted(MAX_NESTING), null);
        }
        Node node = primary();
        for (; signs > 0; signs--) {
            Node operand = number(node, start, "What a minus sign stands before");
            node = bad(operand) ? invalid() : new Negate(operand);
        }
        return node;
    }

    private Node primary() {
        Token token = tokens.peek();
        return switch (token.kind()) {
            case NUMBER -> numberLiteral(tokens.next());
            case TEXT -> new TextLiteral(tokens.next().text());
            case QUOTED -> columnOf(tokens.next());
            case QUANTITY ->
                throw diagnostics.fatal(
                        token.start(),
                        "The number (%s) has letters behind it; a number or a name was expected."
                                .formatted(token.text()),
                        "Maybe an operator is missing, or a name that starts with a digit must be quoted: \"%s\"."
                                .formatted(token.text()));
            case SYMBOL -> {
                if (!token.isSymbol("(")) {
                    throw tokens.unexpected("a value", null);
                }
                tokens.next();
                Node inner = any();
                tokens.expectSymbol(")", "to close the bracket");
                yield inner;
            }
            case END -> throw tokens.unexpected("a value", null);
            case WORD -> word(token);
        };
    }

    private Node word(Token token) {
        String lower = token.text().toLowerCase(Locale.ROOT);
        Token after = tokens.peek(1);
        if (lower.equals("true") || lower.equals("false")) {
            tokens.next();
            return new BooleanLiteral(lower.equals("true"));
        }
        if (lower.equals("null")) {
            tokens.next();
            return new UntypedNull();
        }
        if (lower.equals("case")) {
            return caseExpression();
        }
        if (isReserved(lower)) {
            throw tokens.unexpected(
                    "a value", schema.contains(token.text()) ? quoteHint(token.text()) : null);
        }
        if (after.isSymbol("(")) {
            return lower.equals("cast") ? cast() : call();
        }
        if (after.kind() == Kind.TEXT && (lower.equals("date") || lower.equals("timestamp"))) {
            return timeLiteral();
        }
        return columnOf(tokens.next());
    }

    private static String quoteHint(String name) {
        return "Maybe the column was meant: a name that is also a keyword must be quoted, \"%s\".".formatted(name);
    }

    private Node numberLiteral(Token token) {
        String digits = token.text();
        if (digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
            try {
                return new LongLiteral(Long.parseLong(digits));
            } catch (NumberFormatException tooLarge) {
                diagnostics.type(
                        token.start(),
                        "The whole number (%s) is larger than %d.".formatted(digits, Long.MAX_VALUE),
                        "Maybe it can be written with a point: %s.0.".formatted(digits));
                return invalid();
            }
        }
        double value = Double.parseDouble(digits);
        if (Double.isInfinite(value)) {
            diagnostics.type(
                    token.start(), "The number (%s) is larger than %s.".formatted(digits, Double.MAX_VALUE), null);
            return invalid();
        }
        return new DoubleLiteral(value);
    }

    private Node timeLiteral() {
        boolean date = tokens.next().isWord("date");
        Token token = tokens.next();
        try {
            return date
                    ? new DateLiteral(LocalDate.parse(token.text()).toEpochDay())
                    : new TimestampLiteral(Micros.of(Instant.parse(token.text())));
        } catch (DateTimeException | ArithmeticException wrong) {
            diagnostics.type(
                    token.start(),
                    "The text ('%s') is not a %s; %s was expected."
                            .formatted(
                                    token.text(),
                                    date ? "date" : "timestamp",
                                    date ? "a form such as '2018-08-01'" : "a form such as '2018-08-01T15:00:00Z'"),
                    null);
            return invalid();
        }
    }

    /** A column by a name that is the end of a token. */
    Node columnNamed(String name, Token token) {
        int start = token.end() - name.length() - (token.kind() == Kind.QUOTED ? 1 : 0);
        return columnOf(new Token(token.kind(), name, start, token.end()));
    }

    private Node columnOf(Token token) {
        String name = token.text();
        int index = schema.indexOf(name);
        if (index >= 0) {
            return new ColumnRef(name, index, schema.columns().get(index).type());
        }
        diagnostics.type(token.start(), "There is no column (%s).".formatted(name), columnHint(token));
        return new Invalid(true);
    }

    private @Nullable String columnHint(Token token) {
        Optional<String> close = Suggestion.sentence(token.text(), schema.names());
        if (close.isPresent()) {
            return close.get();
        }
        if (token.kind() == Kind.QUOTED) {
            return "Maybe the text '%s' was meant: double quotes hold names, single quotes hold texts."
                    .formatted(token.text());
        }
        if (ScalarFunction.of(token.text()) != null) {
            return "Maybe the function was meant: %s(…).".formatted(token.text());
        }
        List<String> names = schema.names();
        if (names.isEmpty()) {
            return null;
        }
        return "Maybe one of the columns was meant: "
                + String.join(", ", names.subList(0, Math.min(NAMES_SHOWN, names.size())))
                + (names.size() > NAMES_SHOWN ? ", …" : ".");
    }

    private Node caseExpression() {
        Token caseToken = tokens.next();
        boolean simple = !tokens.peek().isWord("when");
        Node subject = simple ? any() : null;
        List<Node> whens = new ArrayList<>();
        List<Node> thens = new ArrayList<>();
        if (!tokens.peek().isWord("when")) {
            throw tokens.unexpected("`when` after `case`", null);
        }
        boolean bad = false;
        while (tokens.acceptWord("when")) {
            int start = tokens.peek().start();
            Node when = any();
            if (subject == null) {
                when = truth(when, start, "when");
            }
            bad |= bad(when);
            tokens.expectWord("then", "after the condition of `when`");
            whens.add(when);
            thens.add(any());
        }
        boolean hasElse = tokens.acceptWord("else");
        if (hasElse) {
            thens.add(any());
        }
        tokens.expectWord("end", "to close `case`");
        if (subject != null) {
            List<Node> compared = new ArrayList<>(whens);
            compared.addFirst(subject);
            List<Node> typed = comparable(compared, caseToken);
            bad |= typed.isEmpty();
            if (!typed.isEmpty()) {
                subject = typed.getFirst();
                whens = typed.subList(1, typed.size());
            }
        }
        List<Node> results = sameType(thens, caseToken.start(), "The results of `case`");
        if (bad || results.isEmpty()) {
            return invalid();
        }
        List<When> branches = new ArrayList<>();
        for (int i = 0; i < whens.size(); i++) {
            branches.add(new When(whens.get(i), results.get(i)));
        }
        return new Case(
                subject, List.copyOf(branches), hasElse ? results.getLast() : null, commonType(results));
    }

    private Node cast() {
        tokens.next();
        tokens.expectSymbol("(", "after `cast`");
        int start = tokens.peek().start();
        Node operand = any();
        tokens.expectWord("as", "after the value of `cast`");
        Token typeToken = tokens.peek();
        if (typeToken.kind() != Kind.WORD) {
            throw tokens.unexpected("a type after `as`", null);
        }
        tokens.next();
        tokens.expectSymbol(")", "to close `cast`");
        ColumnType type = TYPES.get(typeToken.text().toLowerCase(Locale.ROOT));
        if (type == null) {
            List<String> names = new ArrayList<>();
            for (ColumnType known : ColumnType.values()) {
                names.add(Printer.typeName(known));
            }
            diagnostics.type(
                    typeToken.start(),
                    "There is no type (%s); the types are %s.".formatted(typeToken.text(), String.join(", ", names)),
                    Suggestion.sentence(typeToken.text(), names).orElse(null));
            return invalid();
        }
        if (bad(operand)) {
            return invalid();
        }
        Node typed = operand instanceof UntypedNull ? new NullLiteral(type) : operand;
        if (!castable(typed.type(), type)) {
            diagnostics.type(
                    start,
                    "A value of type %s cannot become %s."
                            .formatted(Printer.typeName(typed.type()), Printer.typeName(type)),
                    isTime(typed.type())
                            ? "Maybe year(…), or a difference of two dates was meant."
                            : "Maybe another column was meant.");
            return invalid();
        }
        return new Cast(typed, type);
    }

    private static boolean castable(ColumnType from, ColumnType to) {
        if (from == to || from == ColumnType.STRING || to == ColumnType.STRING) {
            return true;
        }
        return isTime(from) == isTime(to);
    }

    private static boolean isTime(ColumnType type) {
        return type == ColumnType.DATE || type == ColumnType.TIMESTAMP;
    }

    private Node call() {
        Token name = tokens.next();
        tokens.expectSymbol("(", "after the name of a function");
        ScalarFunction function = ScalarFunction.of(name.text());
        if (function == null) {
            unknownFunction(name);
        }
        List<Node> arguments = new ArrayList<>();
        List<Token> starts = new ArrayList<>();
        if (!tokens.acceptSymbol(")")) {
            do {
                starts.add(tokens.peek());
                arguments.add(any());
            } while (tokens.acceptSymbol(","));
            tokens.expectSymbol(")", "after the arguments of " + name.text());
        }
        if (function == null) {
            return invalid();
        }
        if (arguments.size() < function.fewest() || arguments.size() > function.most()) {
            diagnostics.type(
                    name.start(),
                    "The function (%s) has %d arguments; %s expected."
                            .formatted(
                                    name.text(),
                                    arguments.size(),
                                    function.fewest() == function.most()
                                            ? function.fewest() + (function.fewest() == 1 ? " is" : " are")
                                            : function.fewest() + " to " + function.most() + " are"),
                    null);
            return invalid();
        }
        return typedCall(function, name, arguments, starts);
    }

    private void unknownFunction(Token name) {
        String text = name.text();
        String hint;
        if (text.equalsIgnoreCase("min") || text.equalsIgnoreCase("max")) {
            hint = "Maybe `least` or `greatest` was meant, or an aggregate as a whole feature: %s(x) over last 5 events."
                    .formatted(text.toLowerCase(Locale.ROOT));
        } else if (FoldParser.isFold(text)) {
            hint = "Maybe it stands in the wrong place: an aggregate over events is a whole feature,"
                    + " such as mean(x) over last 5 events.";
        } else {
            String synonym = ScalarFunction.synonym(text);
            List<String> names = new ArrayList<>(ScalarFunction.names());
            names.add("cast");
            hint = synonym != null
                    ? "Maybe `" + synonym + "` was meant."
                    : Suggestion.sentence(text, names)
                            .orElse("Maybe one of the functions was meant: " + String.join(", ", names) + ".");
        }
        diagnostics.type(name.start(), "There is no function (%s).".formatted(text), hint);
    }

    private Node typedCall(ScalarFunction function, Token name, List<Node> arguments, List<Token> starts) {
        String role = "The argument of " + function.text();
        return switch (function) {
            case ABS, SIGN, FLOOR, CEIL -> sameTypeAsFirst(function, numbers(arguments, starts, role));
            case ROUND -> {
                if (arguments.size() == 2 && !isDecimals(arguments.get(1))) {
                    diagnostics.type(
                            starts.get(1).start(),
                            "The decimals of round (%s) must be a whole number from 0 to %d."
                                    .formatted(starts.get(1).text(), MAX_DECIMALS),
                            null);
                    yield invalid();
                }
                yield sameTypeAsFirst(function, numbers(arguments, starts, role));
            }
            case LN, LOG10, EXP, SQRT, POW -> {
                List<Node> numbers = numbers(arguments, starts, role);
                yield numbers.isEmpty() ? invalid() : new Call(function, numbers, ColumnType.DOUBLE);
            }
            case GREATEST, LEAST, COALESCE -> {
                List<Node> typed = sameType(arguments, name.start(), "The arguments of " + function.text());
                yield typed.isEmpty() ? invalid() : new Call(function, typed, commonType(typed));
            }
            case NULLIF -> {
                List<Node> typed = sameType(arguments, name.start(), "The arguments of nullif");
                yield typed.isEmpty()
                        ? invalid()
                        : new Call(function, typed, typed.getFirst().type());
            }
            case LOWER, UPPER, CONCAT -> {
                List<Node> texts = texts(arguments, starts, role);
                yield texts.isEmpty() ? invalid() : new Call(function, texts, ColumnType.STRING);
            }
            case LENGTH -> {
                List<Node> texts = texts(arguments, starts, role);
                yield texts.isEmpty() ? invalid() : new Call(function, texts, ColumnType.LONG);
            }
            case YEAR, MONTH, DAY, DAY_OF_YEAR, DAY_OF_WEEK, HOUR, MINUTE ->
                calendarPart(function, arguments, starts, role);
            case CYCLIC_SIN, CYCLIC_COS -> {
                List<Node> numbers = numbers(arguments, starts, role);
                yield numbers.isEmpty() ? invalid() : new Call(function, numbers, ColumnType.DOUBLE);
            }
        };
    }

    private Node calendarPart(ScalarFunction function, List<Node> arguments, List<Token> starts, String role) {
        Node argument = arguments.getFirst();
        if (bad(argument)) {
            return invalid();
        }
        boolean ofDay = function == ScalarFunction.HOUR || function == ScalarFunction.MINUTE;
        Node typed = argument instanceof UntypedNull
                ? new NullLiteral(ofDay ? ColumnType.TIMESTAMP : ColumnType.DATE)
                : argument;
        boolean fits = ofDay ? typed.type() == ColumnType.TIMESTAMP : isTime(typed.type());
        if (!fits) {
            diagnostics.type(
                    starts.getFirst().start(),
                    "%s is %s; %s was expected."
                            .formatted(
                                    role,
                                    Printer.typeName(typed.type()),
                                    ofDay ? "a timestamp" : "a date or a timestamp"),
                    typed.type() == ColumnType.STRING
                            ? "Maybe cast(… as %s) was meant.".formatted(ofDay ? "timestamp" : "date")
                            : null);
            return invalid();
        }
        if (arguments.size() == 1) {
            return new Call(function, List.of(typed), ColumnType.LONG);
        }
        Token zone = starts.get(1);
        if (typed.type() != ColumnType.TIMESTAMP) {
            diagnostics.type(zone.start(), "%s is a date, which has no zone.".formatted(role), null);
            return invalid();
        }
        if (!(arguments.get(1) instanceof TextLiteral(String name)) || !isZone(name)) {
            diagnostics.type(
                    zone.start(),
                    "The zone of %s (%s) must be the name of a time zone in single quotes."
                            .formatted(function.text(), zone.text()),
                    "Maybe 'UTC' or 'Europe/London' was meant.");
            return invalid();
        }
        return new Call(function, List.of(typed, arguments.get(1)), ColumnType.LONG);
    }

    private static boolean isZone(String name) {
        try {
            return !ZoneId.of(name).getId().isEmpty();
        } catch (DateTimeException _) {
            // the answer is that it is none
            return false;
        }
    }

    private static boolean isDecimals(Node node) {
        return node instanceof LongLiteral(long value) && value <= MAX_DECIMALS;
    }

    private static Node sameTypeAsFirst(ScalarFunction function, List<Node> arguments) {
        return arguments.isEmpty()
                ? invalid()
                : new Call(function, arguments, arguments.getFirst().type());
    }

    /** All as numbers; empty when one is not. */
    private List<Node> numbers(List<Node> arguments, List<Token> starts, String role) {
        List<Node> typed = new ArrayList<>();
        for (int i = 0; i < arguments.size(); i++) {
            typed.add(number(arguments.get(i), starts.get(i).start(), role));
        }
        return allValid(typed);
    }

    private List<Node> texts(List<Node> arguments, List<Token> starts, String role) {
        List<Node> typed = new ArrayList<>();
        for (int i = 0; i < arguments.size(); i++) {
            typed.add(expect(arguments.get(i), ColumnType.STRING, starts.get(i).start(), role));
        }
        return allValid(typed);
    }

    private static List<Node> allValid(List<Node> nodes) {
        return nodes.stream().anyMatch(ScalarParser::bad) ? List.of() : List.copyOf(nodes);
    }

    private Node number(Node node, int start, String role) {
        if (bad(node)) {
            return node;
        }
        if (node instanceof UntypedNull) {
            return new NullLiteral(ColumnType.DOUBLE);
        }
        if (!isNumber(node)) {
            diagnostics.type(
                    start,
                    "%s is %s; a number was expected.".formatted(role, Printer.typeName(node.type())),
                    node.type() == ColumnType.BOOLEAN
                            ? "Maybe `case when … then 1 else 0 end` was meant."
                            : node.type() == ColumnType.STRING ? "Maybe cast(… as double) was meant." : null);
            return invalid();
        }
        return node;
    }

    private Node expect(Node node, ColumnType type, int start, String role) {
        if (bad(node)) {
            return node;
        }
        if (node instanceof UntypedNull) {
            return new NullLiteral(type);
        }
        if (node.type() != type) {
            diagnostics.type(
                    start,
                    "%s is %s; %s was expected."
                            .formatted(role, Printer.typeName(node.type()), Printer.typeName(type)),
                    type == ColumnType.STRING ? "Maybe cast(… as string) was meant." : null);
            return invalid();
        }
        return node;
    }

    private Node truth(Node node, int start, String word) {
        if (bad(node)) {
            return node;
        }
        if (node instanceof UntypedNull) {
            return new NullLiteral(ColumnType.BOOLEAN);
        }
        if (node.type() != ColumnType.BOOLEAN) {
            diagnostics.type(
                    start,
                    "What stands beside `%s` is %s; a condition was expected."
                            .formatted(word, Printer.typeName(node.type())),
                    "Maybe a comparison is missing, such as `!= 0`.");
            return invalid();
        }
        return node;
    }

    /** The nodes with nulls typed, when their values can be compared; empty when not. */
    private List<Node> comparable(List<Node> nodes, Token at) {
        if (nodes.stream().allMatch(node -> node instanceof UntypedNull)) {
            return nodes.stream().map(_ -> (Node) new NullLiteral(ColumnType.BOOLEAN)).toList();
        }
        return sameType(nodes, at.start(), "The sides of `%s`".formatted(at.text()));
    }

    /** The nodes with nulls typed, when they have a common type; empty when not. */
    private List<Node> sameType(List<Node> nodes, int offset, String role) {
        if (nodes.stream().anyMatch(ScalarParser::bad)) {
            return List.of();
        }
        List<Node> known =
                nodes.stream().filter(node -> !(node instanceof UntypedNull)).toList();
        if (known.isEmpty()) {
            untellable(offset);
            return List.of();
        }
        ColumnType first = known.getFirst().type();
        for (Node node : known) {
            boolean numbers = isNumber(node) && isNumber(known.getFirst());
            if (node.type() != first && !numbers) {
                diagnostics.type(
                        offset,
                        "%s have different types (%s and %s)."
                                .formatted(role, Printer.typeName(first), Printer.typeName(node.type())),
                        mixHint(first, node));
                return List.of();
            }
        }
        ColumnType common = commonType(known);
        return nodes.stream()
                .map(node -> node instanceof UntypedNull ? new NullLiteral(common) : node)
                .toList();
    }

    private static @Nullable String mixHint(ColumnType first, Node other) {
        boolean time = isTime(first) || isTime(other.type());
        if (time && (first == ColumnType.STRING || other.type() == ColumnType.STRING)) {
            return "Maybe a date was meant, with the word before the text: date '2018-08-01'.";
        }
        if (time && isTime(first) && isTime(other.type())) {
            return "Maybe cast(… as date) was meant.";
        }
        if (first == ColumnType.STRING && isNumber(other)) {
            return "Maybe quotes are missing, or a cast: cast(… as double).";
        }
        return "Maybe a cast was meant: cast(… as %s).".formatted(Printer.typeName(first));
    }

    private Node untellable(int offset) {
        diagnostics.type(
                offset, "The type of null cannot be told here.", "Maybe a cast was meant: cast(null as double).");
        return invalid();
    }

    /** The type of nodes that have one in common: double when numbers are mixed. */
    private static ColumnType commonType(List<Node> nodes) {
        ColumnType type = nodes.getFirst().type();
        for (Node node : nodes) {
            if (node.type() != type) {
                return ColumnType.DOUBLE;
            }
        }
        return type;
    }

    private static boolean isKnown(Node node) {
        return !(node instanceof UntypedNull || node instanceof Invalid);
    }

    private static boolean isNumber(Node node) {
        return isKnown(node) && (node.type() == ColumnType.LONG || node.type() == ColumnType.DOUBLE);
    }

    private static boolean isLong(Node node) {
        return isKnown(node) && node.type() == ColumnType.LONG;
    }

    private static boolean isDate(Node node) {
        return isKnown(node) && node.type() == ColumnType.DATE;
    }

    private static boolean isText(Node node) {
        return isKnown(node) && node.type() == ColumnType.STRING;
    }

    private static boolean bad(Node node) {
        return node instanceof Invalid;
    }

    private static boolean bad(Node one, Node other) {
        return bad(one) || bad(other);
    }

    private static Node invalid() {
        return new Invalid(false);
    }}
