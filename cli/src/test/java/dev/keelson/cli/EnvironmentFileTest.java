package dev.keelson.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class EnvironmentFileTest {
    @TempDir
    Path folder;

    private Map<String, String> read(String text, Map<String, String> environment) throws IOException {
        Path file = Files.writeString(folder.resolve(".env"), text);
        return EnvironmentFile.over(file, Path.of(".env"), environment);
    }

    @Test
    void linesAreVariables() throws IOException {
        Map<String, String> variables = read("""
                # a comment

                A=1
                export B = two words   # a remark
                C='# no comment'
                D="it's"
                E=
                F=a#b
                """, Map.of());

        assertThat(variables)
                .containsExactlyInAnyOrderEntriesOf(Map.of(
                        "A", "1", "B", "two words", "C", "# no comment", "D", "it's", "E", "", "F", "a#b"));
    }

    @Test
    void variablesThatAreSetWin() throws IOException {
        Map<String, String> variables = read("A=file\nB=file\n", Map.of("A", "set", "B", ""));

        assertThat(variables).containsEntry("A", "set").containsEntry("B", "file");
    }

    @Test
    void otherLinesAreErrorsThatShowNoValue() {
        assertThatThrownBy(() -> read("A=1\nTOKEN 'hush\nB='open\n", Map.of()))
                .hasMessageContaining("line 2")
                .hasMessageContaining("line 3")
                .hasMessageNotContaining("hush")
                .hasMessageNotContaining("open");
    }

    @Test
    void projectIsReadWithTheFileBesideIt() throws IOException {
        Cli.run(folder, "init", "p", "--example", "football");
        Files.writeString(folder.resolve("p/.env"), "KEELSON_DATA=elsewhere\n");

        Cli cli = Cli.run(folder, "-C", "p", "doctor", "--json", "--port", "0");

        assertThat(cli.out()).contains("elsewhere/football/matches.csv.gz");
    }
}
