<?php
/* What a web server's rewrite rules do: a file as it is, all else to WordPress. */
$tree = $_SERVER['DOCUMENT_ROOT'];
$path = rawurldecode(parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH));
if (strpos($path, '..') !== false) {
    http_response_code(400);
    return true;
}
if (strpos($path, '/wp-content/') === 0) {
    $file = getenv('TEST_WORDPRESS_CONTENT') . substr($path, strlen('/wp-content'));
    if (is_file($file)) {
        $types = array('css' => 'text/css', 'js' => 'text/javascript');
        $ending = pathinfo($file, PATHINFO_EXTENSION);
        header('Content-Type: ' . ($types[$ending] ?? mime_content_type($file)));
        readfile($file);
        return true;
    }
} elseif (is_file($tree . $path) && $path !== '/index.php') {
    return false;
} elseif (is_file($tree . rtrim($path, '/') . '/index.php') && $path !== '/') {
    return false;
}
$_SERVER['SCRIPT_NAME'] = '/index.php';
/* Else a missing file is taken for the start page itself, and answers 200. */
$_SERVER['PHP_SELF'] = '/index.php';
$_SERVER['SCRIPT_FILENAME'] = $tree . '/index.php';
require $tree . '/index.php';
return true;
