package dev.keelson.project;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.error.Located;
import dev.keelson.expression.FoldExpression;
import dev.keelson.expression.FoldExpression.Aggregate;
import dev.keelson.expression.Indicator;
import dev.keelson.expression.PairedAggregate;
import dev.keelson.frame.Column;
import dev.keelson.frame.ColumnType;
import dev.keelson.frame.Schema;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** {@code docs/reference/features.md} names every fold, and its examples are folds. */
final class FeaturesReferenceTest {
    private static final Pattern EXAMPLE = Pattern.compile("\\| `([^`|]+ over [^`|]+)` \\|");

    @Test
    void everyFoldIsDefined() throws IOException {
        String text = text();

        List<String> names = new ArrayList<>(List.of(
                "streak", "lag", "ewm", "sma", "transitions", "elo", "pi_rating", "strength", "implied", "overround"));
        Arrays.stream(Aggregate.Function.values()).map(Aggregate.Function::text).forEach(names::add);
        Arrays.stream(PairedAggregate.Function.values())
                .map(PairedAggregate.Function::text)
                .forEach(names::add);
        Arrays.stream(Indicator.Kind.values()).map(Indicator.Kind::text).forEach(names::add);
        assertThat(names).allSatisfy(name -> assertThat(text).contains("`" + name + "("));
    }

    @Test
    void examplesAreFolds() throws IOException {
        Schema schema = new Schema(Stream.concat(
                        Stream.of("points", "goals_for", "stake", "daily_return", "high", "low", "close", "volume", "profit")
                                .map(name -> new Column(name, ColumnType.DOUBLE)),
                        Stream.of("market", "FTR").map(name -> new Column(name, ColumnType.STRING)))
                .toList());
        Matcher example = EXAMPLE.matcher(text());
        int examples = 0;

        while (example.find()) {
            FoldExpression fold = FoldExpression.parse(Located.of(example.group(1)), schema);

            assertThat(fold.text()).isEqualTo(example.group(1));
            examples++;
        }

        assertThat(examples).isGreaterThan(14);
    }

    private static String text() throws IOException {
        Path folder = Path.of("").toAbsolutePath();
        Path file = folder.resolve("docs/reference/features.md");
        return Files.readString(Files.exists(file) ? file : folder.resolveSibling("docs/reference/features.md"));
    }
}
