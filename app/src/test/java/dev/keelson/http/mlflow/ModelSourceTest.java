package dev.keelson.http.mlflow;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ModelSourceTest {
    private static final String FOLDER = "/data/mlruns/3/r1/artifacts";

    @ParameterizedTest
    @ValueSource(
            strings = {
                "runs:/0123456789abcdef0123456789abcdef/model",
                "runs:/no-such-run/a/b c/d",
                "runs:/r1",
                "models:/winner/3",
                "models:/winner@champion",
                "models:/winner/Production",
                "models:/m-0123456789abcdef0123456789abcdef",
                "mlflow-artifacts:/0/r1/artifacts/model",
                "mlflow-artifacts:/0/r1/artifacts/model 100%.bin",
                "mlflow-artifacts:/0/r1/artifacts/a%20b",
                "mlflow-artifacts://tracking.example.com:5000/0/r1/artifacts",
                "s3://bucket/a/b.c/..hidden/x..y/v1.0",
                "S3://bucket/key+with+plus",
                "gs://bucket/model",
                "abfss://container@account.dfs.core.windows.net/model",
                "wasbs://container@account.blob.core.windows.net/model",
                "dbfs:/models/1",
                "hdfs://namenode:8020/models/1",
                "hdfs:/models/1",
                "https://models.example.com/winner/3?signature=ab%2Fc",
                "http://models.example.com:8080/winner",
                "http://8.8.8.8/winner",
                "http://[2606:4700::1111]/winner",
                "ftp://user:word@files.example.com/winner",
                "sftp://user@files.example.com/winner",
                "s3://bucket/modèle/größe"
            })
    void whatClientsRegisterIsTaken(String source) {
        assertThat(ModelSource.refusal(source, null)).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                // plain
                "s3://bucket/../other", "s3://bucket/a/..", "runs:/r1/../../etc/passwd", "models:/../winner/1",
                "mlflow-artifacts:/../../etc/passwd", "mlflow-artifacts:/a/./b", "http://models.example.com/a/../../b",
                "runs:/..", "https://models.example.com/..", "gs://bucket/a/../b", "dbfs:/../x", "ftp://h.example.com/../x",
                // encoded once, twice, three and more times, and mixed
                "s3://bucket/%2e%2e/other", "s3://bucket/%2E%2E/other", "s3://bucket/.%2e/other", "s3://bucket/%2e./other",
                "s3://bucket/..%2fother", "s3://bucket%2f..%2fother", "s3://bucket/%252e%252e/other",
                "s3://bucket/%25252e%25252e%25252fother", "s3://bucket/%2525252525252e./other",
                "http://models.example.com/%252e%252e%252f%252e%252e%252fetc/passwd", "runs:/r1/%2e%2e%2f%2e%2e",
                "mlflow-artifacts:/%2e%2e%2f%2e%2e%2fetc%2fpasswd", "mlflow-artifacts:%2f..%2f..%2fetc",
                "s3://bucket/%25%32%65%25%32%65/other",
                // in a query, a fragment, a parameter of a part
                "https://models.example.com/a?path=../../b", "https://models.example.com/a#/../b", "s3://bucket/..;/other",
                "s3://bucket/a;x=..", "https://models.example.com/a?x=1&path=..%2f..%2fb", "https://models.example.com/a%3f/../b",
                // what some file systems read as two dots
                "s3://bucket/.../other", "s3://bucket/.. /other", "s3://bucket/ ../other", "s3://bucket/..%20/other",
                // look-alikes of dots and slashes
                "s3://bucket/\uFF0E\uFF0E/other", "s3://bucket/\u2025/other", "s3://bucket/\u2024\u2024/other",
                "s3://bucket/..\uFF0Fother", "s3://bucket/%EF%BC%8E%EF%BC%8E/other", "s3://bucket/%E2%80%A5/other",
                "s3://bucket/\uFE52\uFE52/other", "s3://bucket/\u2026/other",
                // backslashes in every coat
                "s3://bucket\\..\\other", "s3://bucket/a\\b", "s3://bucket/%5c..%5cother", "s3://bucket/%255c..%255cother",
                "http://models.example.com\\@127.0.0.1/", "s3://bucket/\uFF3C\uFF0E\uFF0E", "s3://bucket/\uFE68x",
                // bytes that are no UTF-8
                "s3://bucket/%c0%ae%c0%ae/other", "s3://bucket/%c0%afother", "s3://bucket/%ff", "s3://bucket/%u002e%u002e/x",
                "s3://bucket/\uD800",
                // NUL and what is not seen
                "s3://bucket/a\0b", "s3://bucket/a%00.bin", "s3://bucket/a%2500b", "s3://bucket/%252500", "runs:/r1/a\0",
                "mlflow-artifacts:/0/r1/artifacts/model%00/../x", "s3://bucket/a\nb", "s3://bucket/a%0d%0aHost:x", "s3://bucket/a\tb",
                "s3://bucket/.\u200B./other", "s3://bucket/.\u202E./other", "s3://bucket/\uFEFF..", "s3://bucket/a\u2028b",
                "s3://bucket/.%E2%80%8B./other", "s3://bucket/a\u007Fb"
            })
    void whatClimbsOrHidesIsRefused(String source) {
        assertThat(ModelSource.refusal(source, null)).isNotNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "file:///etc/passwd", "file:/etc/passwd", "file:etc/passwd", "FILE:///etc/passwd", "file://localhost/etc/passwd",
                "file://host/share", "file:////host/share", "file:///%65tc/passwd", "fi%6Ce:///etc/passwd", " file:///etc/passwd",
                "\u00A0file:///etc", "/etc/passwd", "//host/share/model", "etc/passwd", "./model", "../model", "~/model", "model",
                "C:\\models\\1", "C:/models/1", "c:model", "/C:/models", "C|/models", "file:///C:/models", "file:///c|/models", "\\\\host\\share",
                "\\\\?\\C:\\models", "%5c%5chost%5cshare", "%43%3A/models", "", " ", "%2fetc%2fpasswd"
            })
    void pathsOfADiskAreRefused(String source) {
        assertThat(ModelSource.refusal(source, null)).isNotNull();
        assertThat(ModelSource.refusal(source, "mlflow-artifacts:/3/r1/artifacts")).isNotNull();
        assertThat(ModelSource.refusal(source, FOLDER)).isNotNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://localhost/model", "http://LOCALHOST:8710/model", "http://localhost./model", "http://api.localhost/model",
                "http://localhost.localdomain/model", "http://ip6-localhost/model", "http://host.docker.internal/model",
                "http://127.0.0.1/model", "https://127.8.9.1/model", "http://127.1/model", "http://127.0.1/model", "http://2130706433/model",
                "http://0x7f000001/model", "http://0x7f.0.0.1/model", "http://0177.0.0.1/model", "http://017700000001/model",
                "http://127.0.0.1./model", "http://0/model", "http://0.0.0.0/model", "http://00000000000/model",
                "http://10.0.0.1/model", "http://172.16.0.1/model", "http://172.31.255.255/model", "http://192.168.1.1/model",
                "http://100.64.0.1/model", "http://192.0.0.192/model", "http://198.18.0.1/model", "http://224.0.0.1/model",
                "http://255.255.255.255/model", "http://169.254.169.254/latest/meta-data/", "http://169.254.170.2/model",
                "http://2852039166/model", "http://0xa9fea9fe/model", "http://0251.0376.0251.0376/model", "http://169.254.43518/model",
                "http://metadata.google.internal/computeMetadata/v1/", "http://METADATA/model", "http://instance-data/model",
                "http://[::1]/model", "http://[0:0:0:0:0:0:0:1]:80/model", "http://[::]/model", "http://[::ffff:127.0.0.1]/model",
                "http://[::ffff:7f00:1]/model", "http://[::127.0.0.1]/model", "http://[fe80::1]/model", "http://[fe80::1%25eth0]/model",
                "http://[fc00::1]/model", "http://[fd00:ec2::254]/model", "http://[64:ff9b::7f00:1]/model", "http://[2002:7f00:1::]/model",
                "http://[2001:0:1::1]/model", "http://[ff02::1]/model", "http://[fec0::1]/model",
                "http://example.com@127.0.0.1/model", "http://127.0.0.1@example.com/model", "http://user:word@example.com/model",
                "http://example.com:80@127.0.0.1/model", "http://127.0.0.1%2f@example.com/model", "http://%31%32%37.0.0.1/model",
                "http://\u2460\u2461\u2466.0.0.1/model", "http://127\u30020\u30020\u30021/model", "http://\uFF11\uFF12\uFF17.0.0.1/model",
                "http://loc\u0430lhost/model", "http://\uFF4Cocalhost/model", "http://[::1/model", "http://[1::2::3]/model", "http://1.2.3.4.5/model",
                "http://256.1.1.1/model", "http://0x/model", "http://a..b/model", "http://-a/model", "http://a b/model", "http:///model", "http:/127.0.0.1/model",
                "http:127.0.0.1", "http://", "http://:80/model", "http://example.com:80:90/model", "http://example.com:x/model",
                "ftp://127.0.0.1/model", "ftp://user:word@localhost/model", "sftp://user@169.254.169.254/model",
                "mlflow-artifacts://localhost:8710/0/r1/artifacts", "mlflow-artifacts://169.254.169.254/x"
            })
    void hostsOfThisMachineAndItsNetworkAreRefused(String source) {
        assertThat(ModelSource.refusal(source, null)).isNotNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "gopher://example.com/", "ldap://example.com/x", "jar:file:/a.jar!/b", "jar:http://example.com/a.jar!/", "data:text/plain,x",
                "javascript:alert(1)", "jdbc:sqlite:/etc/x", "dict://example.com:11211/", "netdoc:/etc/passwd", "unix:/var/run/x",
                "url:file:/etc/passwd", "runs://profile@databricks/r1/model", "models://profile/winner/1", "s3:/bucket/model", "s3:bucket",
                "runs:r1/model", "runs:/", "runs:", "models:/", "mlflow-artifacts:x", "s3://\uFF42ucket/x", "s3://buck%65t/x"
            })
    void whatIsNoPlaceOfModelsIsRefused(String source) {
        assertThat(ModelSource.refusal(source, null)).isNotNull();
    }

    @ParameterizedTest
    @CsvSource({
        "/data/mlruns/3/r1/artifacts/model, true",
        "/data/mlruns/3/r1/artifacts, true",
        "/data/mlruns/3/r1/artifacts/, true",
        "/data//mlruns/3/r1/artifacts//model, true",
        "file:///data/mlruns/3/r1/artifacts/model, true",
        "file:/data/mlruns/3/r1/artifacts/a%20b, true",
        "/data/mlruns/3/r1/artifacts-of-others, false",
        "/data/mlruns/3/r1, false",
        "/data/mlruns/3/r1/artifacts/../../r2, false",
        "/data/mlruns/3/r1/artifacts/%2e%2e/x, false",
        "file:///data/mlruns/3/r1/artifacts/%2e%2e/%2e%2e/r2, false",
        "file://host/data/mlruns/3/r1/artifacts/model, false",
        "//data/mlruns/3/r1/artifacts/model, false",
        "data/mlruns/3/r1/artifacts/model, false",
        "%2fdata/mlruns/3/r1/artifacts/model, false"
    })
    void aPathIsTakenOnlyInTheFolderOfItsRun(String source, boolean taken) {
        assertThat(ModelSource.refusal(source, FOLDER) == null).isEqualTo(taken);
        assertThat(ModelSource.refusal(source, "file://" + FOLDER) == null).isEqualTo(taken);
        assertThat(ModelSource.refusal(source, null)).isNotNull();
    }

    @Test
    void aFolderThatIsTheRootOfTheDiskHoldsNothing() {
        assertThat(ModelSource.refusal("/etc/passwd", "/")).isNotNull();
        assertThat(ModelSource.refusal("/etc/passwd", "file:///")).isNotNull();
    }

    @Test
    void aLongSourceIsRefusedAndAnEndlesslyEncodedOneIsReadToItsEnd() {
        String longest = "s3://bucket/" + "a".repeat(ModelSource.MAX_LENGTH - 12);
        String often = "s3://bucket/%" + "25".repeat(2_000) + "2e.";

        assertThat(ModelSource.refusal(longest, null)).isNull();
        assertThat(ModelSource.refusal(longest + "a", null)).isNotNull();
        assertThat(ModelSource.refusal(often, null)).isNotNull();
        assertThat(ModelSource.refusal("s3://bucket/" + ". ".repeat(2_000) + "x", null)).isNull();
    }
}
