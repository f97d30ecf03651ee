package dev.keelson.console;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class VendoredFilesTest {

    @Test
    void everyVendoredFileIsTheOneThatItsAuthorsPublished() throws IOException, NoSuchAlgorithmException {
        JsonNode list = new ObjectMapper().readTree(read("vendor.json"));

        assertThat(list).hasSize(2);
        for (JsonNode entry : list) {
            byte[] hash = MessageDigest.getInstance("SHA-512").digest(read(entry.path("file").asText()));
            assertThat("sha512-" + Base64.getEncoder().encodeToString(hash))
                    .as(entry.path("file").asText())
                    .isEqualTo(entry.path("sha512").asText());
            assertThat(entry.path("licence").asText()).isIn("0BSD", "OFL-1.1");
            assertThat(entry.path("version").asText()).isNotBlank();
            assertThat(read(entry.path("licence_file").asText())).isNotEmpty();
        }
    }

    private static byte[] read(String name) throws IOException {
        try (InputStream in = Objects.requireNonNull(
                VendoredFilesTest.class.getResourceAsStream("static/vendor/" + name), name)) {
            return in.readAllBytes();
        }
    }
}
