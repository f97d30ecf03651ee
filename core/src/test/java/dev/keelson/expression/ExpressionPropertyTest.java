package dev.keelson.expression;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.error.KeelsonException;
import dev.keelson.error.Located;
import dev.keelson.frame.Frame;
import dev.keelson.frame.Vector;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ExpressionPropertyTest {
    private static final int SEEDS = 150;
    private static final int DEPTH = 4;

    @Test
    void canonicalTextParsesToAnEqualExpression() {
        for (int seed = 0; seed < SEEDS; seed++) {
            String text = new RandomExpressions(seed).any(DEPTH);

            Expression expression = Expression.parse(Located.of(text), RandomExpressions.SCHEMA);
            Expression again = Expression.parse(Located.of(expression.text()), RandomExpressions.SCHEMA);

            assertThat(again).as("seed %d: %s", seed, text).isEqualTo(expression);
            assertThat(again.text()).as("seed %d: %s", seed, text).isEqualTo(expression.text());
            assertThat(again.columns()).as("seed %d: %s", seed, text).isEqualTo(expression.columns());
        }
    }

    @Test
    void batchAndRowGiveTheSameBits() {
        for (int seed = 0; seed < SEEDS; seed++) {
            RandomExpressions random = new RandomExpressions(seed);
            String text = random.any(DEPTH);
            Frame frame = random.frame(20);
            Expression expression = Expression.parse(Located.of(text), RandomExpressions.SCHEMA);

            Vector batch = expression.evaluate(frame);

            assertThat(batch.type()).isEqualTo(expression.type());
            ArrayRow row = new ArrayRow(RandomExpressions.SCHEMA);
            for (int i = 0; i < frame.rows(); i++) {
                for (int column = 0; column < RandomExpressions.SCHEMA.columns().size(); column++) {
                    row.set(column, frame.vector(column).get(i));
                }
                assertThat(bits(expression.value(row)))
                        .as("seed %d, row %d: %s", seed, i, text)
                        .isEqualTo(bits(batch.get(i)));
                if (batch instanceof Vector.Doubles doubles) {
                    assertThat(Double.doubleToRawLongBits(expression.asDouble(row)))
                            .as("seed %d, row %d: %s", seed, i, text)
                            .isEqualTo(Double.doubleToRawLongBits(doubles.orNaN(i)));
                }
            }
        }
    }

    @Test
    void deMorganAndTheDefinitionsOfTheTestsHold() {
        for (int seed = 0; seed < SEEDS / 5; seed++) {
            RandomExpressions random = new RandomExpressions(seed);
            String a = random.truth(3);
            String b = random.truth(3);
            Frame frame = random.frame(10);

            assertSame(frame, "not (" + a + " and " + b + ")", "not " + a + " or not " + b, seed);
            assertSame(frame, "x between y and 2.5", "x >= y and x <= 2.5", seed);
            assertSame(frame, "i not in (j, 1)", "not (i = j or i = 1)", seed);
            assertSame(frame, "nullif(x, y)", "case when x = y then null else x end", seed);
            assertSame(frame, "coalesce(s, t)", "case when s is not null then s else t end", seed);
            assertSame(frame, "x < y", "not x >= y", seed);
        }
    }

    @Test
    void anyTextIsParsedOrRefusedWithAPlace() {
        String[] parts = {
            "x", "i", "s", "foo", "1", "2.5", "'a'", "30d", "(", ")", ",", "+", "-", "*", "/", "%", "=", "<", "||", "and",
            "or", "not", "is", "null", "between", "in", "like", "case", "when", "then", "else", "end", "cast", "as", "date",
            "abs", "mean", "over", "last", "events", "elo", "home", "days", "since", "event", "implied", "\"q", "\"x\"", "!"
        };
        SplittableRandom random = new SplittableRandom(7);
        for (int n = 0; n < 2_000; n++) {
            StringBuilder text = new StringBuilder();
            for (int i = random.nextInt(12); i >= 0; i--) {
                text.append(parts[random.nextInt(parts.length)]).append(' ');
            }
            Located located = Rows.inFile(text.toString());

            assertParsedOrRefused(() -> Expression.parse(located, RandomExpressions.SCHEMA), located);
            assertParsedOrRefused(() -> FoldExpression.parse(located, RandomExpressions.SCHEMA), located);
            assertParsedOrRefused(() -> Condition.parse(located), located);
        }
    }

    private static void assertParsedOrRefused(Runnable parsing, Located text) {
        try {
            parsing.run();
        } catch (KeelsonException refused) {
            assertThat(Rows.offsets(refused.problems())).as(text.text()).allSatisfy(offset -> assertThat(offset)
                    .isBetween(0, text.text().length()));
        }
    }

    private static void assertSame(Frame frame, String one, String other, int seed) {
        Vector first = Expression.parse(Located.of(one), frame.schema()).evaluate(frame);
        Vector second = Expression.parse(Located.of(other), frame.schema()).evaluate(frame);
        for (int i = 0; i < frame.rows(); i++) {
            assertThat(first.get(i)).as("seed %d, row %d: %s / %s", seed, i, one, other).isEqualTo(second.get(i));
        }
    }

    private static Object bits(@org.jspecify.annotations.Nullable Object value) {
        return value == null
                ? "null"
                : value instanceof Double number ? (Object) Double.doubleToRawLongBits(number) : value;
    }
}
