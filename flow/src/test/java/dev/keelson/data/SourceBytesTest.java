package dev.keelson.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class SourceBytesTest {
    private static SourceBytes.Plain head(String name, String text, long most) throws IOException {
        return SourceBytes.head(name, new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)), most);
    }

    @Test
    void smallFileIsReadAsAWhole() throws IOException {
        SourceBytes.Plain plain = head("t.csv", "id\n1\n2", 1000);

        assertThat(plain.bytes()).hasSize(6);
        assertThat(plain.cut()).isFalse();
    }

    @Test
    void headOfALongFileEndsWithAWholeRecord() throws IOException {
        String row = "1,\"a\nb\"\n";

        SourceBytes.Plain plain = head("t.csv", "id,text\n" + row.repeat(100_000), 70_000);

        assertThat(plain.cut()).isTrue();
        assertThat(plain.bytes().length).isBetween(60_000, 140_000);
        assertThat((plain.bytes().length - 8) % row.length()).isZero();
    }

    @Test
    void quotesOfJsonDoNotHideItsLineEnds() throws IOException {
        String row = "{\"a\":\"\\\"\"}\n";

        SourceBytes.Plain plain = head("t.jsonl", row.repeat(100_001), 70_000);

        assertThat(plain.bytes().length).isGreaterThan(60_000);
        assertThat(plain.bytes().length % row.length()).isZero();
    }
}
