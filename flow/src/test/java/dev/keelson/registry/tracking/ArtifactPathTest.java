package dev.keelson.registry.tracking;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which names of artifacts are taken. */
final class ArtifactPathTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a", "model/MLmodel", "0/3f2a/artifacts/plots/roc.svg", "a b.txt", "100%.txt", "50% of it", "a%20b.txt", ".hidden",
                "..a", "a..b/c", "a.b.c", "Zürich/größe.csv", "日本/モデル.bin", "\uD83D\uDE00.txt", "time 10:30:00.json", "-rf", "~", "$HOME",
                "console.log", "common/null.txt", "com10", "a?b", "a#b", "a;b", "'; drop table runs; --", "%", "%zz", "a+b"
            })
    void normalRelativeNamesAreTaken(String text) {
        assertThat(new ArtifactPath(text).text()).isEqualTo(text);
    }

    static Stream<String> unsafe() {
        return Stream.of(
                // empty parts and ends
                "", "/", "//", "a//b", "a/", "/a", "a/b/",
                // traversal
                ".", "..", "../a", "a/../b", "a/..", "./a", "a/./b", "a/.", "...", "a/.../b", "..../a",
                // encoded, and encoded again
                "%2e%2e", "%2e%2e/a", "a/%2E%2E/b", ".%2e/a", "%2e./a", "..%2fa", "..%2Fetc", "a%2f..%2fb", "a%2fb", "a%2Fb/c",
                "%252e%252e/a", "%25252e%25252e/a", "..%252fa", "..%25252fa", "%2fetc/passwd", "%252fetc", "a%5cb", "a%255cb",
                "%00", "a%00.txt", "a%2500.txt", "a%0a", "C%3a", "C%3a%5cwindows", "c%253a/x", "%4eUL", "a%2e", "a%20/b", "a%252e/b",
                "%2525252525252525252525252e%2525252525252525252525252e",
                // overlong and broken UTF-8
                "%c0%ae%c0%ae/a", "%c0%af", "%e0%80%ae", "a%ff", "%fe%fe", "%ed%a0%80", "a%80b", "%c3",
                // absolute, drives, shares, backslashes
                "/etc/passwd", "\\etc", "a\\b", "..\\a", "a\\..\\b", "\\\\server\\share", "//server/share", "C:", "C:a", "c:/windows",
                "C:\\windows", "a/C:/b", "z:", "\\\\?\\C:\\x", "\\\\.\\NUL",
                // devices
                "NUL", "nul", "CON", "con.txt", "a/AUX", "aux.h", "PRN.tar.gz", "COM1", "com9.log", "LPT3", "lpt1.txt", "CONIN$", "conout$",
                "COM\u00b9", "NUL .txt", "a/nul/b", "nul:", "COM1:x",
                // ends of parts
                "a.", "a ", "a./b", "a /b", " ", "a. ", "b/c.",
                // control characters and what is no Unicode
                "\u0000", "a\u0000b", "a\nb", "a\rb", "a\tb", "\u0007", "a\u007fb", "a\u0085b", "a\u2028b", "a\uD800b", "\uDC00", "a\uD83D",
                // what becomes a dot, slash, backslash or drive in another form of Unicode
                "\uFF0E\uFF0E/a", "\u2025/a", "a\uFF0Fb", "a\uFF3Cb", "\u2024\u2024", "C\uFF1A", "\u2100", "\uFF2EUL", "%ef%bc%8e%ef%bc%8e",
                // too long
                "a".repeat(256), "é".repeat(128), "a/".repeat(600) + "a");
    }

    @ParameterizedTest
    @MethodSource("unsafe")
    void whatCouldLeadOutIsRefused(String text) {
        assertThatThrownBy(() -> new ArtifactPath(text))
                .isInstanceOfSatisfying(KeelsonException.class, e -> {
                    assertThat(e.code()).isEqualTo(ErrorCode.UNSAFE_PATH);
                    assertThat(e.getMessage()).doesNotContain("\u0000").hasSizeLessThan(500);
                });
    }

    @ParameterizedTest
    @MethodSource("unsafe")
    void whatIsRefusedIsRefusedBelowAFolderAndAbove(String text) {
        assertThatThrownBy(() -> new ArtifactPath("run").resolve(text)).isInstanceOf(KeelsonException.class);
        assertThatThrownBy(() -> new ArtifactPath(text).resolve("file")).isInstanceOf(KeelsonException.class);
        assertThatThrownBy(() -> new ArtifactPath("run/" + text + "/file")).isInstanceOf(KeelsonException.class);
    }

    @Test
    void addressIsDecodedOnce() {
        assertThat(ArtifactPath.encoded("a%20b/c%25.txt").text()).isEqualTo("a b/c%.txt");
        assertThat(ArtifactPath.encoded("gr%C3%B6%C3%9Fe").text()).isEqualTo("größe");
        assertThatThrownBy(() -> ArtifactPath.encoded("a%252fb")).isInstanceOf(KeelsonException.class);
        assertThatThrownBy(() -> ArtifactPath.encoded("a%c0%afb")).isInstanceOf(KeelsonException.class);
    }

    @Test
    void partsAreNamed() {
        ArtifactPath path = new ArtifactPath("0/run/artifacts").resolve("model/MLmodel");

        assertThat(path.text()).isEqualTo("0/run/artifacts/model/MLmodel");
        assertThat(path.name()).isEqualTo("MLmodel");
        assertThat(path.parent()).isEqualTo(new ArtifactPath("0/run/artifacts/model"));
        assertThat(path.parts()).containsExactly("0", "run", "artifacts", "model", "MLmodel");
        assertThat(new ArtifactPath("a").parent()).isNull();
        assertThat(ArtifactPath.folder("")).isNull();
        assertThat(ArtifactPath.folder(null)).isNull();
        assertThat(new ArtifactPath("a").below(null)).isEqualTo(new ArtifactPath("a"));
    }
}
