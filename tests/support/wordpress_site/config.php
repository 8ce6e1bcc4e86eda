<?php
/* The settings of one WordPress of the tests; what differs comes from its environment. */
define('DB_NAME', 'wordpress');
define('DB_USER', 'root');
define('DB_PASSWORD', '');
define('DB_HOST', 'localhost:' . getenv('TEST_WORDPRESS_SOCKET'));
define('DB_CHARSET', 'utf8mb4');
define('DB_COLLATE', '');
define('WP_HOME', getenv('TEST_WORDPRESS_URL'));
define('WP_SITEURL', getenv('TEST_WORDPRESS_URL'));
define('WP_CONTENT_DIR', getenv('TEST_WORDPRESS_CONTENT'));
define('WP_CONTENT_URL', getenv('TEST_WORDPRESS_URL') . '/wp-content');
/* A local site takes application passwords over plain HTTP. */
define('WP_ENVIRONMENT_TYPE', 'local');
/* It speaks to nobody, and does nothing by itself. */
define('WP_HTTP_BLOCK_EXTERNAL', true);
define('DISABLE_WP_CRON', true);
define('AUTOMATIC_UPDATER_DISABLED', true);
foreach (array('AUTH_KEY', 'SECURE_AUTH_KEY', 'LOGGED_IN_KEY', 'NONCE_KEY', 'AUTH_SALT', 'SECURE_AUTH_SALT', 'LOGGED_IN_SALT', 'NONCE_SALT') as $name) {
    define($name, 'only-for-tests-' . $name);
}
$table_prefix = 'wp_';
require_once ABSPATH . 'wp-settings.php';
