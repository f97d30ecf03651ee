package dev.keelson.project;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** Committed documents follow the grammar. Write them anew with {@code -Dkeelson.regenerate=true}. */
class ProjectGrammarTest {
    private static final boolean REGENERATE = Boolean.getBoolean("keelson.regenerate");
    private static final String BEGIN = "<!-- keys: generated from the grammar -->\n\n";
    private static final String END = "<!-- keys: end -->\n";

    @Test
    void committedSchemaIsTheGrammar() throws IOException {
        Path file = reference().resolve("keelson.schema.json");
        if (REGENERATE) {
            Files.writeString(file, ProjectGrammar.jsonSchema());
        }

        assertThat(file).content().isEqualTo(ProjectGrammar.jsonSchema());
    }

    @Test
    void committedTablesAreTheGrammar() throws IOException {
        Path file = reference().resolve("project-file.md");
        String text = Files.readString(file);
        String before = text.substring(0, text.indexOf(BEGIN) + BEGIN.length());
        String after = text.substring(text.indexOf(END));
        String expected = before + ProjectGrammar.markdown() + after;
        if (REGENERATE) {
            Files.writeString(file, expected);
        }

        assertThat(file).content().isEqualTo(expected);
    }

    @Test
    void schemaRefusesKeysThatAreNotKnown() throws IOException {
        JsonNode schema = new ObjectMapper().readTree(ProjectGrammar.jsonSchema());

        JsonNode schedule = schema.at("/properties/schedules/additionalProperties/anyOf/0");

        assertThat(schema.get("$schema").asText()).isEqualTo("https://json-schema.org/draft/2020-12/schema");
        assertThat(schema.get("additionalProperties").asBoolean()).isFalse();
        assertThat(schedule.get("additionalProperties").asBoolean()).isFalse();
        assertThat(schedule.get("required")).extracting(JsonNode::asText).containsExactly("cron", "run");
        assertThat(schedule.at("/properties/run/enum"))
                .extracting(JsonNode::asText)
                .containsExactly("materialize", "drift", "decay", "baseline", "health", "retrain", "update", "reinforce", "validate");
    }

    /** The folder of the committed reference, from the root of the repository or from this module. */
    private static Path reference() {
        Path here = Path.of("").toAbsolutePath();
        Path atRoot = here.resolve("docs/reference");
        return Files.isDirectory(atRoot) ? atRoot : here.resolveSibling("docs").resolve("reference");
    }
}
