package dev.keelson.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.error.ErrorCode;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ExplainTest {
    @TempDir
    Path folder;

    @Test
    void everyCodeIsExplainedAndNothingElse() {
        assertThat(Explanations.all().keySet())
                .containsExactlyElementsOf(Stream.of(ErrorCode.values()).map(ErrorCode::code).toList());
        assertThat(Explanations.all().values()).allSatisfy(explanation -> {
            assertThat(explanation.title()).isNotBlank();
            assertThat(explanation.text()).contains("What to do: ").hasSizeGreaterThan(80);
        });
    }

    @Test
    void codeIsFoundAsPeopleWriteIt() {
        for (String written : new String[] {"K109", "k109", "error[K109]:", "feature-reads-own-outcome"}) {
            Cli cli = Cli.run(folder, "explain", written);

            assertThat(cli.code()).as(written).isZero();
            assertThat(cli.out()).startsWith("K109: Feature reads its own outcome");
        }
    }

    @Test
    void unknownCodeIsAnErrorWithASuggestion() {
        Cli cli = Cli.run(folder, "explain", "K1099");

        assertThat(cli.code()).isEqualTo(2);
        assertThat(cli.err()).contains("There is no error code (K1099).", "Maybe `K10");
    }

    @Test
    void allCodesAreListed() {
        Cli table = Cli.run(folder, "explain");
        Cli document = Cli.run(folder, "explain", "--json");

        assertThat(table.out().lines()).hasSize(ErrorCode.values().length).allMatch(line -> line.contains("\t"));
        assertThat(document.json().get("codes")).hasSize(ErrorCode.values().length);
    }
}
